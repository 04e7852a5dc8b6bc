import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { debugLines } from '../../../src/demo/envoy/debug-lines.ts';
import type { AccessLine } from '../../../src/demo/traffic/access-line.ts';

const LINE: AccessLine = {
  startMs: Date.parse('2026-11-21T03:19:08.397Z'),
  method: 'GET',
  path: '/pay',
  protocol: 'HTTP/1.1',
  code: 200,
  flags: '-',
  details: 'via_upstream',
  received: 0,
  sent: 12,
  duration: 3,
  userAgent: 'curl/7.88.1',
  requestId: '7f5fcaf8-1172-43b2-b9f8-a096b7ddf6cf',
  authority: 'payment-svc.payment:8080',
  upstreamCluster: 'inbound|8080||',
  downstreamLocal: '10.44.0.22:8080',
  downstreamRemote: '10.44.0.23:33060',
  sni: 'outbound_.8080_.v2_.payment-svc.payment.svc.cluster.local',
};
const DENIED: AccessLine = {
  ...LINE,
  code: 403,
  details: 'rbac_access_denied_matched_policy[ns[payment]-policy[payment-deny-admin]-rule[0]]',
};

function linesAt(levels: Readonly<Record<string, string>>, line = LINE): readonly string[] {
  return debugLines({ levels: new Map(Object.entries(levels)), line, thread: 41 });
}

/** Logger, file and first words of each line that is one of Envoy's log. */
function heads(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, level, where = '', text = ''] = line.split('\t');
    if (level !== 'debug') return [];
    const words = text.replace(/^\[Tags: [^\]]*\] /, '').replace(/^checking request: .*/, 'checking request');
    return [`${where} ${words}`];
  });
}

function recorded(name: string): string[] {
  const file = new URL(`../../fixtures/incident/loglines/${name}`, import.meta.url);
  return heads(readFileSync(file, 'utf8').split('\n'));
}

const KNOWN = new Set([...recorded('http-connection-debug.text.log'), ...recorded('rbac-debug.text.log')]);

test('every line is one that a real Envoy wrote', () => {
  const own = heads([...linesAt({ http: 'debug', rbac: 'debug' }), ...linesAt({ rbac: 'debug' }, DENIED)]);
  assert.ok(own.length >= 9);
  for (const head of own) assert.ok(KNOWN.has(head), `${head}\n${[...KNOWN].join('\n')}`);
});

const LEVELS: readonly (readonly [levels: Record<string, string>, loggers: readonly string[]])[] = [
  [{}, []],
  [{ http: 'warning', rbac: 'warning' }, []],
  [{ http: 'info', rbac: 'off' }, []],
  [{ http: 'debug' }, ['http']],
  [{ rbac: 'trace' }, ['rbac']],
  [{ http: 'debug', rbac: 'debug' }, ['http', 'rbac']],
  [{ wasm: 'debug' }, []],
];

test('a logger writes for each request where it is at debug or below, and not otherwise', () => {
  for (const [levels, loggers] of LEVELS) {
    const found = heads(linesAt(levels)).map((head) => head.split(' ')[1] ?? '');
    assert.deepEqual([...new Set(found)].sort(), loggers, JSON.stringify(levels));
  }
});

test('only who is asked checks who asks, and says which policy denied it', () => {
  assert.deepEqual(linesAt({ rbac: 'debug' }, { ...LINE, upstreamCluster: 'outbound|8080||payment-svc' }), []);
  const text = linesAt({ rbac: 'debug' }, DENIED).join('\n');
  assert.match(text, /enforced denied, matched policy ns\[payment\]-policy\[payment-deny-admin\]-rule\[0\]\tthread=41/);
  assert.match(linesAt({ rbac: 'debug' }).join('\n'), /enforced allowed, matched policy none\tthread=41/);
});

test('each text is one line: what holds line breaks is written as several', () => {
  for (const line of linesAt({ http: 'debug', rbac: 'debug' })) assert.doesNotMatch(line, /\n/);
});
