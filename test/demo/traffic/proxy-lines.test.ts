import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REJECTION } from '../../../src/demo/mesh/workloads.ts';
import { createProxyLines } from '../../../src/demo/traffic/proxy-lines.ts';

const LINES = createProxyLines({
  id: 'checkout-v1-a-b.payment',
  ip: '10.44.0.23',
  role: 'sidecar',
  namespace: 'payment',
  thread: 28_733,
});
const T0 = Date.parse('2026-11-21T03:08:07.612Z');

function recorded(scenario: string, word: string): string {
  const text = readFileSync(
    new URL(`../../fixtures/incident/${scenario}/checkout.istio-proxy.without-accesslog.log`, import.meta.url),
    'utf8',
  );
  const line = text.split('\n').find((each) => each.includes(word));
  assert.ok(line, word);
  return normal(line);
}

/** Without what differs from run to run: times, addresses of istiod, ports and numbers of connections. */
function normal(line: string): string {
  return line
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/, 'TIME')
    .replace(/10\.(44\.0\.1|96\.3\.2):15012/g, 'ISTIOD:15012')
    .replace(/:\d+->/, ':PORT->')
    .replace(/id=\d+$/, 'id=N');
}

test('a proxy that is cut off says what real ones said', () => {
  assert.equal(normal(LINES.lostByKeepalive(T0)), recorded('drop', 'keepalive ping failed'));
  assert.equal(normal(LINES.lostByTimeout(T0)), recorded('drop-egress-only', 'connection timed out'));
  assert.equal(normal(LINES.reconnectFails(T0 + 41_240, T0)), recorded('drop', 'closed since 41s'));
  assert.equal(normal(LINES.back(T0)), recorded('drop', 'connected to delta upstream'));
});

test('seconds since the loss are those that have passed', () => {
  assert.match(LINES.reconnectFails(T0 + 138_194, T0), / closed since 138s ago: 14, /);
  assert.match(LINES.reconnectFails(T0 + 900, T0), / closed since 0s ago: 14, /);
});

test('a rejection is the recorded one, line breaks and all', () => {
  const text = readFileSync(new URL('../../fixtures/incident/loglines/nack.text.log', import.meta.url), 'utf8');
  const wanted = text
    .split('\n')
    .filter(Boolean)
    .map(normal)
    .map((line) => line.replace(/thread=\d+/, 'thread=N'));
  const own = LINES.rejected(T0, REJECTION)
    .map(normal)
    .map((line) => line.replace(/thread=\d+/, 'thread=N'));
  assert.deepEqual(own, wanted);
});

test('the startup holds lines that are no log lines at all', () => {
  const lines = LINES.startup(T0);
  assert.ok(lines.includes(''));
  assert.ok(lines.includes('controlPlaneAuthPolicy: MUTUAL_TLS'));
  assert.ok(lines.some((line) => line.includes('type=sidecar id=checkout-v1-a-b.payment')));
});
