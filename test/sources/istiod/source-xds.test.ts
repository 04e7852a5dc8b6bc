import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeCertificate } from '../../../src/demo/tls/certificate.ts';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ControlPlane, IstiodAnswer } from '../../../src/model/control-plane.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { openWays } from '../../../src/sources/istiod/open-ways.ts';
import type { IstiodSourceOptions } from '../../../src/sources/istiod/source.ts';
import { type IstiodServer, startIstiodServer, text } from '../../support/istiod-server.ts';
import { istiodPod, startIstiodSource } from '../../support/istiod-source.ts';
import { fixturePath, readRows } from '../../support/syncz.ts';
import {
  clientConfigs,
  DEBUG,
  debugBody,
  SERVER_NAME,
  STATUS,
  startXdsServer,
  type XdsServer,
} from '../../support/xds-server.ts';

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const CA = makeCertificate('mesh CA');

interface Lab {
  readonly folder: string;
  readonly logged: string[];
  readonly published: ControlPlane[];
  /** Lets so much time pass, and polls. @returns what the first istiod said */
  poll(afterMs?: number): Promise<IstiodAnswer>;
}

/** A running source whose polls come when the test says so, with a token and the mesh's authority in files. */
async function startLab(t: TestContext, options: Partial<IstiodSourceOptions>): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-xds-'));
  await writeFile(join(folder, 'ca.pem'), CA.cert);
  await writeFile(join(folder, 'token'), 'first.token');
  let nowMs = 0;
  const clock = { now: () => epochSeconds(1_000 + nowMs / 1_000), monotonicMs: () => nowMs };
  const files = { tokenFile: join(folder, 'token'), caFile: join(folder, 'ca.pem') };
  const source = startIstiodSource({ discovery: { kind: 'static', urls: [] }, ...files, ...options }, clock);
  t.after(async () => {
    await source.stop();
    await rm(folder, { recursive: true });
  });
  return {
    folder,
    logged: source.logged,
    published: source.published,
    async poll(afterMs = 10_000) {
      nowMs += afterMs;
      await source.poll();
      const [first] = source.published.at(-1)?.istiods ?? [];
      return first ?? assert.fail('no istiod');
    },
  };
}

async function startHttp(t: TestContext, answers = {}): Promise<IstiodServer> {
  const server = await startIstiodServer(answers);
  t.after(() => server.stop());
  return server;
}

async function startXds(t: TestContext, body: string = HEALTHY): Promise<XdsServer> {
  const states = clientConfigs([], '{"Info":{"version":"1.30.3"}}');
  const server = await startXdsServer({ ca: CA, answers: { [DEBUG]: debugBody(body), [STATUS]: states } });
  t.after(() => server.stop());
  return server;
}

function pod(name: string, http: IstiodServer, xds: XdsServer): Pod {
  return istiodPod(name, http.port, { ports: [{ name: 'tls-xds', port: xds.port, protocol: 'TCP' }] });
}

const said = ({ access, error, proxies, httpError }: IstiodAnswer): string =>
  `${access} ${error?.code ?? proxies.length}${httpError === undefined ? '' : ` instead of ${httpError.code}`}`;

test('each istiod pod is dialled by itself, for it knows its own proxies only', async (t) => {
  const http = await startHttp(t);
  const rows = await readRows('istiod/syncz.json');
  const [one, other] = [
    await startXds(t, JSON.stringify(rows.slice(0, 4))),
    await startXds(t, JSON.stringify(rows.slice(4))),
  ];
  const pods = new Map([pod('istiod-1', http, one), pod('istiod-2', http, other)].map((each) => [each.name, each]));
  const lab = await startLab(t, {
    discovery: { kind: 'kubernetes', pods: () => ({ state: 'fresh', at: epochSeconds(1), value: pods }) },
  });
  await lab.poll();
  assert.deepEqual(lab.published.at(-1)?.istiods.map(said), [
    'xds 4 instead of not_found',
    'xds 5 instead of not_found',
  ]);
});

test('the way is said once when it changes, with the reason, and back', async (t) => {
  const http = await startHttp(t, { '/debug/syncz': text('', 403) });
  const xds = await startXds(t);
  const lab = await startLab(t, { discovery: { kind: 'static', urls: [http.url] }, xds: { port: xds.port } });
  assert.equal(said(await lab.poll()), 'xds 9 instead of denied');
  http.on('/debug/syncz', text(HEALTHY));
  for (let n = 0; n < 5; n++) assert.equal(said(await lab.poll()), 'xds 9 instead of denied');
  assert.equal(said(await lab.poll(600_000)), 'http 9');
  assert.equal(said(await lab.poll()), 'http 9');
  assert.deepEqual(
    lab.logged.map((line) => line.replace(/ \{.*?("reason":"\w+").*/, ' $1').replace(/ \{.*/, '')),
    [
      'info istiod is asked over xDS, not over HTTP "reason":"denied"',
      'info istiod found, and it answers',
      'info istiod is asked over HTTP again',
    ],
  );
});

test('the token and the authority are read anew for each poll', async (t) => {
  const http = await startHttp(t);
  const xds = await startXds(t);
  const lab = await startLab(t, {
    access: 'xds',
    discovery: { kind: 'static', urls: [http.url] },
    xds: { port: xds.port },
  });
  const steps: readonly (readonly [file: 'token' | 'ca.pem', content: string, expected: string])[] = [
    ['token', 'second.token', 'xds 9'],
    ['ca.pem', makeCertificate('another CA').cert, 'xds tls'],
    ['ca.pem', `${makeCertificate('another CA').cert}${CA.cert}`, 'xds 9'],
    ['ca.pem', 'nonsense', 'xds invalid'],
    ['token', '', 'xds invalid'],
    ['ca.pem', CA.cert, 'xds invalid'],
    ['token', 'third.token', 'xds 9'],
  ];
  assert.equal(said(await lab.poll()), 'xds 9');
  for (const [file, content, expected] of steps) {
    await writeFile(join(lab.folder, file), content);
    assert.equal(said(await lab.poll()), expected, `${file} ${content}`);
  }
  const tokens = xds.seen.flatMap(({ authorization, names }) => (names[0] === 'syncz' ? [authorization] : []));
  assert.deepEqual([...new Set(tokens)], ['Bearer first.token', 'Bearer second.token', 'Bearer third.token']);
  assert.deepEqual(http.seen, []);
  assert.ok(lab.logged.every((line) => !line.includes('.token"')));
});

test('a missing authority is told where it is needed, and costs nothing where it is not', async (t) => {
  const http = await startHttp(t, { '/debug/syncz': text(HEALTHY) });
  const lab = await startLab(t, { discovery: { kind: 'static', urls: [http.url] }, caFile: '/nowhere/root-cert.pem' });
  assert.equal(said(await lab.poll()), 'http 9');
  http.on('/debug/syncz', text('404 page not found', 404));
  const { error } = await lab.poll();
  assert.equal(error?.code, 'invalid');
  assert.match(
    error?.detail ?? '',
    /cannot read the CA file \/nowhere\/root-cert\.pem \(ENOENT\): mount the ConfigMap/,
  );
  assert.match(error?.detail ?? '', /; nor over HTTP: .* has no \/debug\/syncz/);
});

test('without an authority there is HTTP alone; without one, xDS alone is a mistake', async (t) => {
  const http = await startHttp(t);
  const lab = await startLab(t, { discovery: { kind: 'static', urls: [http.url] }, caFile: undefined });
  assert.equal(said(await lab.poll()), 'http not_found');
  assert.throws(() => openWays({ access: 'xds', timeoutMs: 1 }, { monotonicMs: () => 0 }), TypeError);
});

test('the name that a certificate must hold is that of the istiod, or the one that is given', async (t) => {
  const http = await startHttp(t);
  const xds = await startXds(t);
  const options = { access: 'xds', discovery: { kind: 'static', urls: [http.url] } } as const;
  const names: readonly (readonly [xds: IstiodSourceOptions['xds'], expected: string])[] = [
    [{ port: xds.port }, 'xds 9'],
    [{ port: xds.port, rootNamespace: 'istio-control' }, 'xds tls'],
    [{ port: xds.port, rootNamespace: 'istio-control', serverName: SERVER_NAME }, 'xds 9'],
  ];
  for (const [places, expected] of names) {
    const lab = await startLab(t, { ...options, ...(places !== undefined && { xds: places }) });
    assert.equal(said(await lab.poll()), expected);
  }
});
