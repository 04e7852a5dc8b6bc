import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileFormat } from '../../../src/sources/access-log/format.ts';
import { formatSpec } from '../../../src/sources/access-log/format-spec.ts';
import { openScanner } from '../../../src/sources/access-log/open-scanner.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import type { StreamOrigin } from '../../../src/sources/access-log/scanner.ts';
import { createRecordingTally } from './scanner/recording-tally.ts';

const ORIGIN: StreamOrigin = { source: 'files', namespace: 'shop', pod: 'web-1', workload: 'web', framing: 'none' };
const CART = 'outbound|80||cart.shop.svc.cluster.local';

interface Line {
  readonly host?: string;
  readonly cluster?: string;
  readonly agent?: string;
}

function text({ host = '10.0.0.1:8080', cluster = CART, agent = 'curl' }: Line): string {
  return `[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 19 3 2 "-" "${agent}" "id" "cart" "${host}" ${cluster} 10.0.0.7:1 10.96.0.1:80 10.0.0.7:2 - default`;
}

function json({ host = '10.0.0.1:8080', cluster = CART, agent = 'curl' }: Line): string {
  const line = { start_time: '2026-08-01T09:14:03.512Z', response_code: 200, response_flags: '-', user_agent: agent };
  return JSON.stringify({ ...line, upstream_cluster: cluster, upstream_host: host, route_name: 'default' });
}

/** The upstream host that the tally is told, of a line read with this format. */
async function toldOf(
  line: string,
  format = 'auto',
  withUpstreamHosts = true,
): Promise<readonly (string | undefined)[]> {
  const compiled = compileFormat(formatSpec(format)).format;
  assert.ok(compiled !== undefined);
  const told: (string | undefined)[] = [];
  const tally = createRecordingTally();
  const cell = (origin: StreamOrigin, raw: RawRequest): number => {
    told.push(raw.upstreamHost);
    return tally.cell(origin, raw);
  };
  const scanner = await openScanner({ format: compiled, tally: { ...tally, cell }, withUpstreamHosts });
  const bytes = Buffer.from(`${line}\n`);
  scanner.room(bytes.length).set(bytes);
  assert.equal(scanner.scan(ORIGIN, bytes.length), bytes.length);
  return told;
}

const lines: readonly (readonly [what: string, Line, host: string])[] = [
  ['of a service', {}, '10.0.0.1:8080'],
  ['of IPv6', { host: '[fd00::1]:8080' }, '[fd00::1]:8080'],
  ['of an external service', { cluster: 'outbound|443||api.example.com' }, '10.0.0.1:8080'],
  ['of no host at all', { host: '-' }, '-'],
  ['that the proxy itself is', { cluster: 'inbound|8080||' }, '-'],
  ['that is passed through', { cluster: 'PassthroughCluster' }, '-'],
  ['of a cluster that names no service', { cluster: 'outbound|80||' }, '-'],
  ['of no cluster', { cluster: '-' }, '-'],
  ['beside a forged one', { agent: '" "10.6.6.6:80' }, '10.0.0.1:8080'],
];
describe('an upstream host', () => {
  for (const [what, line, host] of lines) {
    test(`${what}, in text`, async () => assert.deepEqual(await toldOf(text(line)), [host]));
    test(`${what}, in JSON`, async () => assert.deepEqual(await toldOf(json(line)), [host]));
  }

  test('is not told where nobody asked', async () => {
    assert.deepEqual(await toldOf(text({}), 'auto', false), [undefined]);
    assert.deepEqual(await toldOf(json({}), 'auto', false), [undefined]);
  });

  test('of another kind than text is none, and the line counts all the same', async () => {
    const line = json({}).replace('"10.0.0.1:8080"', '{"a":1}');
    assert.deepEqual(await toldOf(line), ['-']);
  });

  test('that stands twice in JSON was written by a caller', async () => {
    assert.deepEqual(await toldOf(json({}).replace('{', '{"upstream_host":"10.6.6.6:80",')), []);
  });
});

const customs: readonly (readonly [format: string, line: string, host: string])[] = [
  ['%RESPONSE_FLAGS% %UPSTREAM_CLUSTER% %UPSTREAM_HOST%', `- ${CART} 10.0.0.1:80`, '10.0.0.1:80'],
  ['%RESPONSE_FLAGS% %UPSTREAM_CLUSTER%', `- ${CART}`, '-'],
  ['%RESPONSE_FLAGS% %UPSTREAM_CLUSTER% %UPSTREAM_HOST%', `- ${CART} -`, '-'],
  [
    '{"f":"%RESPONSE_FLAGS%","c":"%UPSTREAM_CLUSTER%","h":"%UPSTREAM_HOST%"}',
    `{"f":"-","c":"${CART}","h":"10.0.0.1:80"}`,
    '10.0.0.1:80',
  ],
  ['{"f":"%RESPONSE_FLAGS%","c":"%UPSTREAM_CLUSTER%","h":"%UPSTREAM_HOST%"}', `{"f":"-","c":"${CART}","h":null}`, '-'],
  ['{"f":"%RESPONSE_FLAGS%","c":"%UPSTREAM_CLUSTER%","h":"%UPSTREAM_HOST%"}', `{"f":"-","c":"${CART}","h":7.5}`, '-'],
  ['{"f":"%RESPONSE_FLAGS%","c":"%UPSTREAM_CLUSTER%","h":"%UPSTREAM_HOST%"}', `{"f":"-","c":"${CART}"}`, '-'],
  [
    '{"f":"%RESPONSE_FLAGS%","c":"%UPSTREAM_CLUSTER%","h":"to %UPSTREAM_HOST%"}',
    `{"f":"-","c":"${CART}","h":"to 10.0.0.1:80"}`,
    '10.0.0.1:80',
  ],
];
for (const [format, line, host] of customs) {
  test(`a format of the mesh: ${format} reads ${line}`, async () =>
    assert.deepEqual(await toldOf(line, format), [host]));
}

test('a format in which nobody could tell the host is read, without it', async () => {
  const format = '%RESPONSE_FLAGS% %UPSTREAM_CLUSTER% "%REQ(USER-AGENT)%%UPSTREAM_HOST%"';
  assert.deepEqual(await toldOf(`- ${CART} "curl10.0.0.1:80"`, format), ['-']);
});
