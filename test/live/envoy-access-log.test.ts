import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { findTool } from '../../scripts/find-tool.ts';
import { type RealEnvoy, startEnvoy } from '../support/real-envoy.ts';

/** A header that is itself the tail of an access line claiming UH on another cluster: Envoy writes it as it stands. */
const FORGED =
  'x" "id" "evil" "10.0.0.1:80" outbound|80||forged.payment.svc.cluster.local - 10.0.0.1:80 10.0.0.2:1 - forged-route';

/** One way to end, how often it is provoked, and the flags Envoy must write for it (sorted). */
const PLAN: readonly {
  readonly path: string;
  readonly times: number;
  readonly code: number;
  readonly flags: string[];
}[] = [
  { path: '/ok/pay', times: 7, code: 200, flags: [] },
  { path: '/nosuchroute', times: 5, code: 404, flags: ['NR'] },
  { path: '/uh', times: 4, code: 503, flags: ['UH'] },
  { path: '/uf', times: 3, code: 503, flags: ['UF'] },
  { path: '/xuf', times: 2, code: 503, flags: ['UF', 'URX'] },
  { path: '/nc', times: 2, code: 503, flags: ['NC'] },
  { path: '/ut/slow', times: 2, code: 504, flags: ['UT'] },
  { path: '/uc/close', times: 3, code: 503, flags: ['UC'] },
  { path: '/rbac/admin', times: 6, code: 403, flags: [] },
];

const envoyBinary = findTool('envoy');
const skip = envoyBinary === undefined ? 'no Envoy here: `node scripts/test-tools.ts` tries to get one' : false;

let backend: Server;
let envoy: RealEnvoy;

before(async () => {
  if (envoyBinary === undefined) return;
  backend = createHttpServer(answer);
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  envoy = await startEnvoy(envoyBinary, (backend.address() as { port: number }).port);
  await provokeAll();
  await envoy.stop();
});

after(() => {
  envoy?.dispose();
  backend?.closeAllConnections();
  backend?.close();
});

function answer(
  incoming: IncomingMessage,
  response: { end(body: string): void; socket: { destroy(): void } | null },
): void {
  const path = incoming.url ?? '';
  if (path.includes('close')) response.socket?.destroy();
  else if (path.includes('slow')) setTimeout(() => response.end('late'), 500);
  else response.end('ok');
}

/** Sends one GET and waits for its end; `abortAfterMs` hangs up on the way. */
async function get(path: string, options: { userAgent?: string; abortAfterMs?: number } = {}): Promise<number> {
  const outgoing = request({
    port: envoy.httpPort,
    path,
    agent: false,
    headers: { 'user-agent': options.userAgent ?? FORGED, host: 'payment-svc.payment:8080' },
  });
  outgoing.end();
  if (options.abortAfterMs !== undefined) setTimeout(() => outgoing.destroy(), options.abortAfterMs);
  try {
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    await once(incoming, 'end');
    return incoming.statusCode ?? 0;
  } catch {
    return 0;
  }
}

async function provokeAll(): Promise<void> {
  for (const { path, times, code } of PLAN) {
    for (let i = 0; i < times; i += 1) assert.equal(await get(path), code, path);
  }
  assert.equal(await get('/rl'), 200);
  for (let i = 0; i < 4; i += 1) assert.equal(await get('/rl'), 429);
  for (let i = 0; i < 2; i += 1) await get('/dc/slow', { abortAfterMs: 100 });
  await overflow();
  for (let i = 0; i < 3; i += 1) {
    const socket = connect(envoy.tcpPort, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'close');
  }
}

/** One request holds the only connection, the next may wait for it, the others are over the limit. */
async function overflow(): Promise<void> {
  const held = once(backend, 'request');
  const first = get('/uo/slow');
  await held;
  const codes = await Promise.all([first, ...Array.from({ length: 4 }, () => get('/uo/slow'))]);
  assert.deepEqual(codes.sort(), [200, 200, 503, 503, 503]);
}

interface Counted {
  readonly lines: Record<string, number>;
  readonly flags: Record<string, number>;
  readonly series: readonly {
    destination: string;
    subset: string;
    route: string;
    response_code: number;
    flags: string[];
    count: number;
  }[];
}

function count(file: string): Counted {
  const output = execFileSync(process.execPath, ['src/main.ts', 'flags', file, '-o', 'json'], { encoding: 'utf8' });
  return JSON.parse(output) as Counted;
}

/** What was provoked, straight from the plan: 3 TCP connections to a closed port count as UF,URX. */
const EXPECTED_FLAGS = { NR: 5, UH: 4, UF: 3 + 2 + 3, URX: 2 + 3, NC: 2, UT: 2, UC: 3, RL: 4, DC: 2, UO: 3 };
const EXPECTED_LINES = PLAN.reduce((sum, { times }) => sum + times, 0) + 5 + 2 + 5 + 3;

for (const format of ['text', 'json'] as const) {
  test(`counts what a real Envoy wrote in ${format}, forged headers and all`, { skip }, () => {
    const file = format === 'text' ? envoy.textLog : envoy.jsonLog;
    assert.ok(readFileSync(file, 'utf8').includes('forged'), 'the forged header is in the log');
    const counted = count(file);
    assert.deepEqual(counted.flags, EXPECTED_FLAGS);
    assert.deepEqual(counted.lines, { access: EXPECTED_LINES, proxy_log: 0, unparsed: 0, other: 0 });
    assert.ok(
      counted.series.every((s) => !JSON.stringify(s).includes('forged')),
      'a client named a series',
    );
  });
}

test('text and JSON of the same real traffic give the same series', { skip }, () => {
  assert.deepEqual(count(envoy.textLog).series, count(envoy.jsonLog).series);
});

test('an RBAC denial carries no flag and is a 403 of its own', { skip }, () => {
  const denied = count(envoy.textLog).series.filter((s) => s.response_code === 403);
  assert.deepEqual(
    denied.map(({ flags, count: n }) => ({ flags, n })),
    [{ flags: [], n: 6 }],
  );
});
