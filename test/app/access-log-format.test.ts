import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogFormat, type LogFormat } from '../../src/app/access-log-format.ts';
import { StartError } from '../../src/app/start-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type ClusterObjects, NO_CLUSTER } from '../../src/model/cluster.ts';
import type { MeshConfig } from '../../src/model/workload.ts';
import { createTally } from '../../src/sources/access-log/tally.ts';
import { fresh, objects } from '../support/mesh.ts';
import { recordLog } from '../support/record-log.ts';

const CUSTOM = '%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER% "%REQ(USER-AGENT)%"';
const CUSTOM_LINE = '503 UH outbound|80||shop.payment.svc.cluster.local "curl"';
const DEFAULT_LINE =
  '[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "curl" "id" "shop" "-" outbound|80||shop.payment.svc.cluster.local - 10.96.0.21:80 10.44.0.23:50000 - default';

async function open(format: string, awaitsMesh: boolean) {
  const loaded = await loadConfig({ env: { MESHLADDER_ACCESS_LOG_FORMAT: format }, flags: [], families: [] });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const log = recordLog();
  const tally = createTally();
  const logFormat = await createLogFormat({ config: loaded.config, tally, log, awaitsMesh });
  const read = (line: string): { readonly access: number; readonly unparsed: number } => {
    const before = tally.traffic().intake[0]?.lines;
    scan(logFormat, `${line}\n`);
    const after = tally.traffic().intake[0]?.lines;
    return {
      access: (after?.access ?? 0) - (before?.access ?? 0),
      unparsed: (after?.unparsed ?? 0) - (before?.unparsed ?? 0),
    };
  };
  return { logFormat, log, read };
}

function scan({ scanner }: LogFormat, text: string): void {
  const origin = { source: 'files', namespace: 'n', pod: 'p', workload: 'w', framing: 'none' } as const;
  scanner().room().set(Buffer.from(text));
  assert.equal(scanner().scan(origin, text.length), text.length);
}

function clusterOf(accessLogFormat?: string): ClusterObjects {
  const mesh: MeshConfig = {
    namespace: 'istio-system',
    name: 'istio',
    revision: 'default',
    accessLogFile: '/dev/stdout',
    ...(accessLogFormat !== undefined && { accessLogFormat }),
    raw: {},
  };
  return { ...NO_CLUSTER, meshConfigs: fresh(objects([mesh])) };
}

const ACCESS = { access: 1, unparsed: 0 };

test('the configured format is read, whatever the mesh says', async () => {
  const { logFormat, read } = await open(CUSTOM, true);
  await logFormat.settled(AbortSignal.timeout(30_000));
  logFormat.clusterChanged(clusterOf());
  assert.deepEqual(read(CUSTOM_LINE), ACCESS);
});

test('a configured format that cannot be read ends the start, and says what to write', async () => {
  await assert.rejects(open('%REQ(USER-AGENT)%', false), (error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /accessLog\.format: .*RESPONSE_FLAGS/);
    return true;
  });
});

test('auto follows the mesh: its own format, and back', async () => {
  const { logFormat, read } = await open('auto', true);
  logFormat.clusterChanged(clusterOf(CUSTOM));
  await logFormat.settled(AbortSignal.timeout(30_000));
  assert.deepEqual([read(CUSTOM_LINE), read(DEFAULT_LINE)], [ACCESS, ACCESS], 'some proxies may not have it yet');
  logFormat.clusterChanged(clusterOf());
  await new Promise(setImmediate);
  assert.deepEqual(read(DEFAULT_LINE), ACCESS);
});

test('a format of the mesh that cannot be read is said, once, and the default is read on', async () => {
  const { logFormat, log, read } = await open('auto', true);
  logFormat.clusterChanged(clusterOf('%REQ(USER-AGENT)%\n'));
  await logFormat.settled(AbortSignal.timeout(30_000));
  logFormat.clusterChanged(clusterOf('%REQ(USER-AGENT)%\n'));
  assert.deepEqual(read(DEFAULT_LINE), ACCESS);
  const [said, more] = log.lines;
  assert.equal(more, undefined);
  assert.equal(said?.level, 'warn');
  assert.match(String(said?.fields['problem']), /accessLogFormat of ConfigMap istio-system\/istio/);
});

test('without Kubernetes nothing is waited for; a stop does not wait either', async () => {
  const without = await open('auto', false);
  await without.logFormat.settled(new AbortController().signal);
  const { logFormat } = await open('auto', true);
  await logFormat.settled(AbortSignal.abort());
});
