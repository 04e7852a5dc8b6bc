import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import { PROXY_TYPES } from '../../../src/model/proxy.ts';
import type { ProxyRow } from '../../../src/model/proxy-row.ts';
import { VERDICTS } from '../../../src/model/sync-history.ts';
import { SYNC_STATES, XDS_TYPES } from '../../../src/model/xds.ts';
import { proxiesBody, proxiesJson } from '../../../src/sinks/report/proxy-status-json.ts';
import { readProxies } from '../../../src/sinks/report/proxy-status-read.ts';

const NOW = epochSeconds(Date.parse('2026-11-21T02:30:00Z') / 1000);

const ROW: ProxyRow = {
  cluster: 'Kubernetes',
  namespace: 'shop',
  name: 'cart-1',
  workload: 'cart',
  type: 'sidecar',
  istiod: 'istiod-1',
  verdict: 'stale',
  state: 'STALE',
  types: {
    cds: { state: 'STALE', since: epochSeconds(NOW - 250.5) },
    lds: { state: 'ERROR', error: 'no', reason: 'filter_unknown' },
    sds: { state: 'NOT_SENT' },
  },
  outOfSync: { since: epochSeconds(NOW - 300), origin: 'restored' },
  blockedBy: { policyNamespace: 'shop', policy: 'deny', direction: 'ingress', others: ['shop/b'] },
  changes: [{ at: epochSeconds(NOW - 250), xdsType: 'cds', from: 'SYNCED', to: 'STALE' }],
};

test('one proxy, whole: the contract and what stands beside it', () => {
  assert.deepEqual(proxiesJson([ROW], NOW), {
    at: '2026-11-21T02:30:00.000Z',
    proxies: [
      {
        namespace: 'shop',
        proxy: 'cart-1',
        istiod: 'istiod-1',
        state: 'STALE',
        types: {
          cds: { state: 'STALE', since: '2026-11-21T02:25:49.500Z' },
          lds: { state: 'ERROR', since: null, error: 'no', reason: 'filter_unknown' },
          sds: { state: 'NOT_SENT', since: null },
        },
        cluster: 'Kubernetes',
        workload: 'cart',
        proxyType: 'sidecar',
        version: null,
        revision: null,
        verdict: 'stale',
        outOfSyncSince: '2026-11-21T02:25:00.000Z',
        outOfSyncOrigin: 'restored',
        missingSince: null,
        endpointAckedRatio: null,
        blockedBy: { policyNamespace: 'shop', policy: 'deny', direction: 'ingress', others: ['shop/b'] },
        changes: [{ at: '2026-11-21T02:25:50.000Z', xdsType: 'cds', from: 'SYNCED', to: 'STALE' }],
      },
    ],
  });
});

test('docs/api.md names every key', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const section = /^## \/api\/v1\/proxies$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  const keys = [...Object.keys(proxiesJson([ROW], NOW).proxies[0] ?? {}), ...Object.keys(ROW.blockedBy ?? {})];
  assert.ok(keys.length > 15);
  assert.deepEqual(
    keys.filter((key) => !section.includes(`\`${key}\``) && !section.includes(`\`${key}[]\``)),
    [],
  );
});

test('by namespace, then by name, whatever the order of the rows', () => {
  const rows = [
    ['b', '1'],
    ['a', '2'],
    ['a', '1'],
  ].map(([namespace = '', name = '']) => ({ ...ROW, namespace, name }));
  const order = proxiesJson(rows, NOW).proxies.map(({ namespace, proxy }) => `${namespace}/${proxy}`);
  assert.deepEqual(order, ['a/1', 'a/2', 'b/1']);
});

const WORD = fc.string({ minLength: 1, maxLength: 8 });
// Whole milliseconds: that is what the text keeps.
const TIME = fc.integer({ min: 1, max: 4e12 }).map((ms) => epochSeconds(ms / 1000));
const TYPE = fc.record(
  { state: fc.constantFrom(...SYNC_STATES), since: TIME, error: WORD, reason: WORD },
  { requiredKeys: ['state'] },
);
const CHANGE_STATES = ['MISSING', 'ABSENT', ...SYNC_STATES] as const;
const CHANGE = fc.record(
  {
    at: TIME,
    xdsType: fc.constantFrom(...XDS_TYPES),
    from: fc.constantFrom(...CHANGE_STATES),
    to: fc.constantFrom(...CHANGE_STATES),
  },
  { requiredKeys: ['at', 'from', 'to'] },
);
const ROWS = fc.array(
  fc.record(
    {
      cluster: WORD,
      namespace: WORD,
      name: WORD,
      workload: WORD,
      type: fc.constantFrom(...PROXY_TYPES),
      verdict: fc.constantFrom(...VERDICTS),
      state: fc.constantFrom(...SYNC_STATES, 'MISSING' as const),
      types: fc.dictionary(fc.constantFrom(...XDS_TYPES), TYPE, { noNullPrototype: true }),
      changes: fc.array(CHANGE, { maxLength: 3 }),
      istiod: WORD,
      revision: WORD,
      istioVersion: WORD,
      endpointAckedRatio: fc.constantFrom(0, 0.5, 1),
      outOfSync: fc.record({ since: TIME, origin: fc.constantFrom('observed', 'restored', 'first_seen') }),
      missingSince: TIME,
      blockedBy: fc.record(
        {
          policyNamespace: WORD,
          policy: WORD,
          direction: fc.constantFrom('egress', 'ingress'),
          others: fc.array(WORD, { maxLength: 2 }),
          dnsBlocked: fc.constant(true),
          otherEngines: fc.array(WORD, { maxLength: 2 }),
        },
        { requiredKeys: ['policyNamespace', 'policy', 'direction', 'others'], noNullPrototype: true },
      ),
    },
    { requiredKeys: ['cluster', 'namespace', 'name', 'workload', 'type', 'verdict', 'state', 'types', 'changes'] },
  ),
  { maxLength: 8 },
);

test('what is written is read back, and written in pieces it is the same', async () => {
  await fc.assert(
    fc.asyncProperty(ROWS, async (rows) => {
      const document = proxiesJson(rows as ProxyRow[], NOW);
      const read = readProxies(JSON.parse(JSON.stringify(document)));
      assert.deepEqual(proxiesJson(read ?? [], NOW), document);
      assert.deepEqual(JSON.parse((await proxiesBody(rows as ProxyRow[], NOW)).toString()), document);
    }),
  );
});

test('pieces are joined right at their borders', async () => {
  for (const count of [0, 1, 499, 500, 501, 1_001]) {
    const rows = Array.from({ length: count }, (_, n) => ({ ...ROW, name: `cart-${n}` }));
    assert.deepEqual(JSON.parse((await proxiesBody(rows, NOW)).toString()), proxiesJson(rows, NOW));
  }
});

test('no other document is taken for it, and no document makes it throw', () => {
  for (const odd of [null, 1, 'x', [], {}, { proxies: {} }, { proxies: [1] }, { proxies: [{ proxy: 'a' }] }]) {
    assert.equal(readProxies(odd), undefined, JSON.stringify(odd));
  }
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('types', 'state', 'changes', 'blockedBy'), fc.jsonValue()),
      (odd, fields) => {
        readProxies(odd);
        const rows = readProxies({ proxies: [{ namespace: 'a', proxy: 'b', ...fields }] });
        assert.equal(rows?.length, 1);
      },
    ),
  );
});

test('words of a later version are unknown, not fine', () => {
  const [row] =
    readProxies({
      proxies: [{ namespace: 'a', proxy: 'b', state: 'DREAMING', types: { cds: { state: 'X' }, qds: {} } }],
    }) ?? [];
  assert.deepEqual([row?.state, row?.verdict, row?.types], ['UNKNOWN', 'unknown', { cds: { state: 'UNKNOWN' } }]);
});
