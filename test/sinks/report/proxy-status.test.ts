import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ProxyRow, TypeRow } from '../../../src/model/proxy-row.ts';
import { formatAge } from '../../../src/sinks/report/age.ts';
import { proxyStatusText } from '../../../src/sinks/report/proxy-status.ts';

const NOW = epochSeconds(1_000_000);
const SYNCED: TypeRow = { state: 'SYNCED', since: epochSeconds(NOW - 7_300) };
const ENVOY = { cds: SYNCED, lds: SYNCED, eds: SYNCED, rds: SYNCED };

function row(name: string, more: Partial<ProxyRow> = {}): ProxyRow {
  return {
    cluster: 'Kubernetes',
    namespace: 'shop',
    name,
    workload: name,
    type: 'sidecar',
    istiod: 'istiod-1',
    istioVersion: '1.30.3',
    verdict: 'synced',
    state: 'SYNCED',
    types: ENVOY,
    changes: [],
    ...more,
  };
}

function stale(seconds: number): TypeRow {
  return { state: 'STALE', since: epochSeconds(NOW - seconds) };
}

const MISSING: ProxyRow = {
  cluster: 'Kubernetes',
  namespace: 'payment',
  name: 'pay-1',
  workload: 'pay',
  type: 'sidecar',
  verdict: 'missing',
  state: 'MISSING',
  types: {},
  missingSince: epochSeconds(NOW - 400),
  blockedBy: { policyNamespace: 'payment', policy: 'default-deny', direction: 'egress', others: ['payment/other'] },
  changes: [],
};
const MIXED: readonly ProxyRow[] = [
  row('cart-1'),
  row('cart-2', { state: 'UNKNOWN', types: { cds: { state: 'UNKNOWN' }, lds: { state: 'UNKNOWN' } } }),
  row('api-1', { state: 'STALE', types: { ...ENVOY, cds: stale(250), rds: stale(59) } }),
  row('new-1', { state: 'NOT_SENT', types: { cds: SYNCED, lds: { state: 'NOT_SENT' } } }),
  row('gw-1', {
    type: 'router',
    state: 'ERROR',
    types: {
      ...ENVOY,
      lds: {
        state: 'ERROR',
        since: epochSeconds(NOW - 90_000),
        error: 'Error adding\n  listener \u001b[31m0.0.0.0_80',
      },
      sds: { state: 'NOT_SENT' },
    },
  }),
  MISSING,
];

function lines(rows: readonly ProxyRow[], more: { wide?: boolean; coloured?: boolean } = {}): readonly string[] {
  return proxyStatusText(rows, { now: NOW, wide: false, coloured: false, ...more }).split('\n');
}

test('the table: worst first, with ages, then the causes, then a line that sums it up', () => {
  assert.deepEqual(lines(MIXED), [
    'NAME     NAMESPACE   CDS           LDS           EDS           RDS           ISTIOD         VERSION',
    'pay-1    payment     -             -             -             -             MISSING (6m)   -',
    'gw-1     shop        SYNCED (2h)   ERROR (1d)    SYNCED (2h)   SYNCED (2h)   istiod-1       1.30.3',
    'api-1    shop        STALE (4m)    SYNCED (2h)   SYNCED (2h)   STALE (59s)   istiod-1       1.30.3',
    'cart-2   shop        UNKNOWN       UNKNOWN       -             -             istiod-1       1.30.3',
    'new-1    shop        SYNCED (2h)   NOT SENT      -             -             istiod-1       1.30.3',
    'cart-1   shop        SYNCED (2h)   SYNCED (2h)   SYNCED (2h)   SYNCED (2h)   istiod-1       1.30.3',
    '',
    'pay-1.payment: NetworkPolicy payment/default-deny blocks its way to istiod:15012',
    'gw-1.shop rejected LDS: Error adding listener [31m0.0.0.0_80',
    '',
    '6 proxies: 1 MISSING, 1 ERROR, 1 STALE, 1 UNKNOWN, 1 NOT SENT, 1 SYNCED',
    '',
  ]);
});

test('whom no istiod lists, and nobody has called missing, is UNKNOWN in its line too', () => {
  const { missingSince: _, ...unlisted } = { ...MISSING, verdict: 'unknown', state: 'UNKNOWN' } as const;
  const [, waiting, heldBack] = lines([unlisted, { ...unlisted, name: 'pay-2', istiod: 'istiod-1' }]);
  assert.match(waiting ?? '', /^pay-1 .* UNKNOWN +-$/);
  assert.match(heldBack ?? '', /^pay-2 .* UNKNOWN, last istiod-1 +-$/);
});

test('wide: every type that occurs, cluster and kind', () => {
  const [head, , gateway] = lines(MIXED, { wide: true });
  assert.equal(head?.replace(/ +/g, ' '), 'NAME NAMESPACE CLUSTER TYPE CDS LDS EDS RDS SDS ISTIOD VERSION');
  assert.equal(
    gateway?.replace(/ +/g, ' '),
    'gw-1 shop Kubernetes router SYNCED (2h) ERROR (1d) SYNCED (2h) SYNCED (2h) NOT SENT istiod-1 1.30.3',
  );
});

test('the narrow table never hides a finding, nor a proxy that has none of the four types', () => {
  const ztunnel = row('ztunnel-1', { type: 'ztunnel', types: { wds: SYNCED, wads: SYNCED } });
  const ecds = row('cart-1', { state: 'STALE', types: { ...ENVOY, ecds: stale(5) } });
  const head = (rows: readonly ProxyRow[]) => lines(rows)[0]?.replace(/ +/g, ' ');
  assert.equal(head([row('a'), ztunnel]), 'NAME NAMESPACE CDS LDS EDS RDS WDS WADS ISTIOD VERSION');
  assert.equal(head([row('a'), ecds]), 'NAME NAMESPACE CDS LDS EDS RDS ECDS ISTIOD VERSION');
  const quiet = row('b', { types: { ...ENVOY, ecds: SYNCED, sds: { state: 'NOT_SENT' } } });
  assert.equal(head([row('a'), quiet]), 'NAME NAMESPACE CDS LDS EDS RDS ISTIOD VERSION');
});

test('colours stand around the words and move no column', () => {
  const coloured = proxyStatusText(MIXED, { now: NOW, wide: false, coloured: true });
  assert.ok(coloured.includes('\u001b[33mSTALE (4m)\u001b[39m'));
  assert.equal(stripVTControlCharacters(coloured), proxyStatusText(MIXED, { now: NOW, wide: false, coloured: false }));
});

test('a screen of causes, and how many more there are', () => {
  const rejected = Array.from({ length: 14 }, (_, n) =>
    row(`p-${String(n).padStart(2, '0')}`, {
      state: 'ERROR',
      types: { lds: { state: 'ERROR', error: 'x'.repeat(500) }, cds: { state: 'ERROR', error: 'x'.repeat(500) } },
    }),
  );
  const text = lines(rejected);
  const why = text.filter((line) => line.includes(' rejected '));
  assert.equal(why.length, 10);
  assert.match(why[0] ?? '', /^p-00\.shop rejected LDS, CDS: x{159}…$/);
  assert.ok(text.includes('… and 4 more; -o json has them all'));
});

test('a block is told with what it also blocks, and with who may know better', () => {
  const blockedBy = { policyNamespace: 'shop', policy: 'deny', direction: 'egress', others: [] } as const;
  const why = (more: object) => lines([row('a', { state: 'STALE', blockedBy: { ...blockedBy, ...more } })])[3];
  assert.equal(why({}), 'a.shop: NetworkPolicy shop/deny blocks its way to istiod:15012');
  assert.equal(why({ direction: 'ingress' }), 'a.shop: NetworkPolicy shop/deny blocks the way into istiod:15012');
  assert.equal(
    why({ dnsBlocked: true, otherEngines: ['cilium.io'] }),
    'a.shop: NetworkPolicy shop/deny blocks its way to istiod:15012 and to DNS, unless a policy of cilium.io allows it',
  );
  assert.doesNotMatch(
    lines([row('a', { blockedBy })]).join(),
    /NetworkPolicy/,
    'a proxy that is synced needs no cause',
  );
});

test('one proxy, and none', () => {
  assert.equal(lines([row('a')]).at(-2), '1 proxy: 1 SYNCED');
  assert.equal(proxyStatusText([], { now: NOW, wide: false, coloured: false }), 'No proxies.\n');
});

test('what a stranger wrote cannot steer the terminal', () => {
  const evil = row('a\u001b[2J\u0007b\u202e', {
    istiod: 'x\r\ny',
    state: 'ERROR',
    types: { cds: { state: 'ERROR', error: '\u009b31m\u0000' } },
  });
  assert.doesNotMatch(
    proxyStatusText([evil], { now: NOW, wide: true, coloured: false }).replaceAll('\n', ''),
    /[\p{Cc}\p{Cf}]/u,
  );
});

const AGES: readonly (readonly [seconds: number, age: string])[] = [
  [-5, '0s'],
  [0, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [3_599, '59m'],
  [3_600, '1h'],
  [86_399, '23h'],
  [86_400, '1d'],
  [8_640_000, '100d'],
];

for (const [seconds, age] of AGES) {
  test(`${seconds} s is ${age}`, () => {
    assert.equal(formatAge(seconds), age);
  });
}
