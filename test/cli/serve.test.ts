import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type IstiodServer, json, startIstiodServer } from '../support/istiod-server.ts';
import { ofEveryProcess } from '../support/run-process.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Served {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly address: string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the real program and waits for the line that tells its address. */
async function serve(env: Record<string, string>, flags: readonly string[] = []): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--web.listen-address', '127.0.0.1:0', ...flags], {
    env: { ...ofEveryProcess(), MESHLADDER_ACCESS_LOG_MODE: 'off', MESHLADDER_KUBERNETES_MODE: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  open.push(async () => child.kill('SIGKILL') && (await ended));
  const lines: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    const [, address] =
      /msg=listening address="?([^ "]+)/.exec(line) ?? /"address":"([^"]+)",.*"msg":"listening"/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
  });
  const address = await Promise.race([
    listening,
    ended.then((code) => assert.fail(`it ended with ${code}: ${lines.join('\n')}`)),
  ]);
  return { child, lines, address, ended };
}

async function istiodEnv(syncz: unknown = []): Promise<Record<string, string>> {
  const istiod: IstiodServer = await startIstiodServer({ '/debug/syncz': json(syncz) });
  open.push(() => istiod.stop());
  return { MESHLADDER_ISTIOD_DISCOVERY: 'static', MESHLADDER_ISTIOD_URLS: istiod.url };
}

test('it says the real port, serves, and ends with 0 on SIGTERM', async () => {
  const { child, address, ended, lines } = await serve(await istiodEnv());
  const answer = await fetch(`http://${address}/metrics`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /^meshladder_build_info\{version="\d+\.\d+\.\d+",revision="",node_version="24\./m);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.match(lines.at(-1) ?? '', /level=info msg=stopped$/);
});

test('logs are JSON when asked for, and the level holds', async () => {
  const { child, ended, lines } = await serve(await istiodEnv(), ['--log.format', 'json']);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
  for (const line of lines) assert.ok((JSON.parse(line) as { msg: string }).msg !== '');
});

test('an idle keep-alive connection does not hold up the end', async () => {
  const { child, address, ended } = await serve(await istiodEnv());
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  open.push(async () => socket.destroy());
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const before = performance.now();
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  // An open one is given eight seconds.
  assert.ok(performance.now() - before < 7500);
});

test('a second signal ends it at once', async () => {
  const { child, address, ended } = await serve(await istiodEnv());
  const [host = '', port = ''] = address.split(':');
  // A request that is never finished keeps the first signal waiting.
  const socket = connect(Number(port), host);
  open.push(async () => socket.destroy());
  socket.on('error', () => {});
  socket.write('POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n');
  await once(socket, 'connect');
  child.kill('SIGTERM');
  const first = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]);
  child.kill('SIGTERM');
  assert.deepEqual([first, await ended], ['waits', 143]);
});

test('a taken port is one clear line and exit code 2', async () => {
  const env = await istiodEnv();
  const { address } = await serve(env);
  const child = spawn(process.execPath, [MAIN, 'serve', '--web.listen-address', address], {
    env: { ...ofEveryProcess(), MESHLADDER_ACCESS_LOG_MODE: 'off', MESHLADDER_KUBERNETES_MODE: 'off', ...env },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 2);
  assert.match(
    said,
    new RegExp(`^meshladder: ${address} is taken by another program; stop it, or choose another with`, 'm'),
  );
  assert.doesNotMatch(said, /\n\s+at /);
});

test('a token never reaches the log', async () => {
  const env = await istiodEnv();
  const { child, ended, lines } = await serve({ ...env, MESHLADDER_ISTIOD_TOKEN_FILE: MAIN }, ['--log.level', 'debug']);
  child.kill('SIGTERM');
  await ended;
  assert.ok(lines.every((line) => !line.includes('import process')));
});
