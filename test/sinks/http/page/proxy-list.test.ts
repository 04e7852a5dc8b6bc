import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import type { ProxyRow } from '../../../../src/model/proxy-row.ts';
import { PAGE_ROWS, proxyList } from '../../../../src/sinks/http/page/proxy-list.ts';

const at = epochSeconds(1_700_000_000);

function row(namespace: string, name: string, more: Partial<ProxyRow> = {}): ProxyRow {
  const common = { cluster: 'c', workload: name, type: 'sidecar', verdict: 'synced', state: 'SYNCED' } as const;
  return { ...common, namespace, name, types: {}, changes: [], ...more };
}

const ROWS: readonly ProxyRow[] = [
  row('shop', 'cart-1', { istiod: 'istiod-b', istioVersion: '1.30.3' }),
  row('shop', 'web-1', {
    state: 'ERROR',
    types: { lds: { state: 'ERROR', reason: 'unknown_filter_or_type' } },
    outOfSync: { since: at, origin: 'observed' },
  }),
  row('pay', 'pay-1', {
    state: 'MISSING',
    missingSince: epochSeconds(1_699_999_000),
    blockedBy: { policyNamespace: 'pay', policy: 'default-deny', direction: 'egress', others: [] },
  }),
  row('pay', 'pay-2', { state: 'STALE', outOfSync: { since: epochSeconds(1_700_000_100), origin: 'observed' } }),
];

const CASES: readonly (readonly [query: string, names: readonly string[]])[] = [
  ['', ['pay-1', 'web-1', 'pay-2', 'cart-1']],
  ['down=1', ['cart-1', 'pay-2', 'web-1', 'pay-1']],
  ['sort=name', ['cart-1', 'pay-1', 'pay-2', 'web-1']],
  ['sort=since', ['pay-1', 'web-1', 'pay-2', 'cart-1']],
  ['sort=__proto__', ['pay-1', 'web-1', 'pay-2', 'cart-1']],
  ['namespace=pay', ['pay-1', 'pay-2']],
  ['state=ERROR', ['web-1']],
  ['namespace=pay&state=ERROR', []],
  ['text=DEFAULT-deny', ['pay-1']],
  ['text=shop+filter', ['web-1']],
  ['text=1.30', ['cart-1']],
  ['text=nobody', []],
  ['from=minus', ['pay-1', 'web-1', 'pay-2', 'cart-1']],
];
for (const [query, names] of CASES) {
  test(`?${query}`, () => {
    const list = proxyList(ROWS, new URLSearchParams(query));
    assert.deepEqual(
      list.proxies.map(({ name }) => name),
      names,
    );
    assert.deepEqual([list.total, list.matching], [4, names.length]);
  });
}

test('says why and since when, where it is known', () => {
  const { proxies, states, namespaces } = proxyList(ROWS, new URLSearchParams());
  assert.deepEqual(
    proxies.map(({ why }) => why),
    ['NetworkPolicy pay/default-deny blocks istiod', 'LDS rejected: unknown_filter_or_type', '', ''],
  );
  assert.deepEqual([proxies[1]?.since, proxies[3]?.since], ['2023-11-14T22:13:20.000Z', null]);
  assert.deepEqual(
    states.map(({ state, count }) => `${count} ${state}`),
    ['1 MISSING', '1 ERROR', '1 STALE', '1 SYNCED'],
  );
  assert.deepEqual(namespaces, ['pay', 'shop']);
});

test('a proxy that has not acknowledged what was sent: of what, and since when, though it is no finding yet', () => {
  const sent = (seconds: number) => ({ state: 'STALE', since: epochSeconds(1_700_000_000 + seconds) }) as const;
  const types = { cds: sent(4), lds: sent(2), rds: { state: 'SYNCED', since: at } } as const;
  const [proxy] = proxyList([row('pay', 'pay-3', { state: 'STALE', types })], new URLSearchParams()).proxies;
  assert.deepEqual([proxy?.since, proxy?.why], ['2023-11-14T22:13:22.000Z', 'CDS, LDS not acknowledged']);
});

test('ten thousand proxies come a hundred at a time; a page that is not there is the last', () => {
  const many = Array.from({ length: 10_000 }, (_, nth) => row('ns', `proxy-${String(nth).padStart(5, '0')}`));
  for (const [from, start, first] of [
    ['', 0, 'proxy-00000'],
    ['150', 100, 'proxy-00100'],
    ['9900', 9900, 'proxy-09900'],
    ['999999', 9900, 'proxy-09900'],
  ] as const) {
    const list = proxyList(many, new URLSearchParams({ from, sort: 'name' }));
    assert.deepEqual([list.from, list.proxies.length, list.proxies[0]?.name], [start, PAGE_ROWS, first]);
  }
});
