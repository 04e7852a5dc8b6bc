import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Inspections } from '../../../src/model/inspection.ts';
import { PENDING } from '../../../src/model/observed.ts';
import type { MeshSnapshot } from '../../../src/model/snapshot.ts';
import { examineConfigDiff } from '../../../src/rungs/config-diff/examine.ts';
import { configDiff } from '../../../src/rungs/config-diff/rung.ts';
import { worstVerdict } from '../../../src/rungs/examine-mesh.ts';
import { look, looks } from '../../support/inspection.ts';
import { answer, connection, fresh, pod, polledMesh, sync } from '../../support/mesh.ts';
import { rungText } from '../../support/rung-text.ts';

const SAME = { clusters: [], listeners: [], routes: [], endpoints: [] };
const SYNCED = { cds: sync('a'), lds: sync('b'), rds: sync('c'), eds: sync('d') };
const STALE = { ...SYNCED, rds: sync('c>e', 200) };

/** Proxies of `shop` as their istiod lists them, and what looks into them told. */
function mesh(types: Readonly<Record<string, typeof SYNCED>>, inspections?: Inspections): MeshSnapshot {
  const polled = polledMesh();
  polled.setPods(Object.keys(types).map((name) => pod('shop', name)));
  for (const at of [900, 1_000]) {
    polled.poll(at, [answer(Object.entries(types).map(([name, each]) => connection('shop', name, each)))]);
  }
  return { ...polled.snapshot, ...(inspections !== undefined && { inspections: fresh(inspections) }) };
}

const CART = 'cart-7d9fbcd45-2xkqp';
const TWIN = 'cart-7d9fbcd45-9zzzz';
const like = { kin: 'k', settled: { routes: 500 }, at: 880 };

describe('metrics', () => {
  test('a proxy that holds all is told zeros; one of which istiod was not asked only when it was looked into', () => {
    const told = looks(look('shop', CART, { at: 900, differences: SAME }), look('shop', TWIN, { at: 950 }));
    assert.deepEqual(rungText(configDiff, mesh({ [CART]: SYNCED, [TWIN]: SYNCED }, told)), [
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="clusters"} 0`,
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="listeners"} 0`,
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="routes"} 0`,
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="endpoints"} 0`,
      `proxy_inspected_timestamp_seconds{proxy_namespace="shop",proxy="${CART}"} 900`,
      `proxy_inspected_timestamp_seconds{proxy_namespace="shop",proxy="${TWIN}"} 950`,
    ]);
  });

  test('what differs is counted by section; a section that could not be read is absent', () => {
    const told = looks(look('shop', CART, { at: 900, differences: { clusters: [], routes: ['80', '8080'] } }));
    assert.deepEqual(rungText(configDiff, mesh({ [CART]: SYNCED }, told), 'proxy_config_differences'), [
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="clusters"} 0`,
      `proxy_config_differences{proxy_namespace="shop",proxy="${CART}",section="routes"} 2`,
    ]);
  });

  test('replicas that disagree', () => {
    const told = looks(
      look('shop', CART, { ...like, fingerprints: { routes: 'x' } }),
      look('shop', TWIN, { ...like, fingerprints: { routes: 'y' } }),
    );
    assert.deepEqual(rungText(configDiff, mesh({ [CART]: SYNCED }, told), 'workload_config_variants'), [
      'workload_config_variants{workload_namespace="shop",workload="cart",section="routes"} 2',
    ]);
  });

  for (const [what, inspections] of [
    ['off', undefined],
    ['pending', PENDING],
    ['failed', { state: 'failed', error: { code: 'denied', status: 403, detail: 'no' } }],
    [
      'silent for long',
      { state: 'stale', at: epochSeconds(1), value: looks(look('shop', CART)), error: { code: 'refused', detail: '' } },
    ],
  ] as const) {
    test(`nothing while inspection is ${what}`, () => {
      const snapshot = mesh({ [CART]: SYNCED });
      assert.deepEqual(rungText(configDiff, inspections === undefined ? snapshot : { ...snapshot, inspections }), []);
    });
  }
});

describe('what a person reads', () => {
  const differs = { ...SAME, routes: ['8080', '80'], listeners: ['virtualInbound'] };
  const rejections = [{ section: 'listeners', name: 'virtualInbound', details: 'no' }] as const;
  const cases: readonly (readonly [what: string, snapshot: MeshSnapshot, lines: readonly string[]])[] = [
    [
      'inspection is off',
      mesh({ [CART]: SYNCED }),
      ['unknown: inspection is off (inspect.enabled)', `next: meshladder diff ${CART}.shop`],
    ],
    [
      'nobody has been looked into',
      { ...mesh({ [CART]: SYNCED }), inspections: PENDING },
      ['unknown: no Envoy has been looked into yet', `next: meshladder diff ${CART}.shop`],
    ],
    [
      'nobody can be',
      {
        ...mesh({ [CART]: SYNCED }),
        inspections: { state: 'failed', error: { code: 'not_found', detail: 'no config dump is in the bundle' } },
      },
      ['unknown: no config dump is in the bundle', `next: meshladder diff ${CART}.shop`],
    ],
    [
      'others have been looked into',
      mesh({ [CART]: SYNCED, [TWIN]: SYNCED }, looks()),
      ['unknown: none of 2 proxies looked into yet', `next: meshladder diff ${CART}.shop`],
    ],
    [
      'the look failed',
      mesh(
        { [CART]: SYNCED },
        {
          proxies: new Map(),
          failed: new Map([[`shop/${CART}`, { at: epochSeconds(900), detail: 'nothing listens on port 15000' }]]),
        },
      ),
      [
        'unknown: the look into its Envoy failed',
        `${CART}.shop: nothing listens on port 15000`,
        `next: meshladder diff ${CART}.shop`,
      ],
    ],
    [
      'all is well',
      mesh({ [CART]: SYNCED, [TWIN]: SYNCED }, looks(look('shop', CART, { at: 700, differences: SAME }))),
      ['ok: the proxy looked into holds what istiod would send', '1 of 2 proxies looked into, the longest ago 5 min'],
    ],
    [
      'istiod was not asked',
      mesh({ [CART]: SYNCED }, looks(look('shop', CART, { at: 940 }))),
      [
        'unknown: istiod was not asked what it would send',
        '1 of 1 proxy looked into, the longest ago 1 min',
        `next: meshladder diff ${CART}.shop`,
      ],
    ],
    [
      'a proxy in sync that differs',
      mesh({ [CART]: SYNCED }, looks(look('shop', CART, { at: 940, differences: differs, rejections }))),
      [
        `finding: ${CART}.shop in 3 resources not as istiod would send: listener virtualInbound, which Envoy rejected, route 8080 and 1 more`,
        `${CART}.shop: listener virtualInbound, which Envoy rejected, route 8080, route 80 (looked into 1 min ago)`,
        `next: meshladder diff ${CART}.shop`,
      ],
    ],
    [
      'a proxy that is not in sync differs by definition',
      mesh({ [CART]: STALE }, looks(look('shop', CART, { at: 940, differences: { ...SAME, routes: ['8080'] } }))),
      ['unknown: rung 2 not passed; 1 proxy behind istiod', `${CART}.shop: route 8080`],
    ],
    [
      'a proxy that is not in sync, and held all when it was looked into',
      mesh({ [CART]: STALE }, looks(look('shop', CART, { at: 940, differences: SAME }))),
      ['unknown: rung 2 not passed', '1 of 1 proxy looked into, the longest ago 1 min'],
    ],
    [
      'one of two that is not in sync is left out',
      mesh(
        { [CART]: SYNCED, [TWIN]: STALE },
        looks(
          look('shop', CART, { at: 940, differences: SAME }),
          look('shop', TWIN, { at: 900, differences: { ...SAME, routes: ['8080'] } }),
        ),
      ),
      [
        'ok: the proxy looked into holds what istiod would send; 1 of 2 proxies left out: rung 2 not passed',
        '2 of 2 proxies looked into, the longest ago 1 min',
      ],
    ],
    [
      'what differs in one that is in sync, whatever another lacks',
      mesh(
        { [CART]: SYNCED, [TWIN]: STALE },
        looks(
          look('shop', CART, { at: 940, differences: { ...SAME, routes: ['80'] } }),
          look('shop', TWIN, { at: 900, differences: { ...SAME, routes: ['8080'] } }),
        ),
      ),
      [
        `finding: ${CART}.shop in 1 resource not as istiod would send: route 80`,
        `${CART}.shop: route 80 (looked into 1 min ago)`,
        `next: meshladder diff ${CART}.shop`,
      ],
    ],
    [
      'replicas that disagree',
      mesh(
        { [CART]: SYNCED, [TWIN]: SYNCED },
        looks(
          look('shop', CART, { ...like, differences: SAME, fingerprints: { routes: 'x' } }),
          look('shop', TWIN, { ...like, differences: SAME, fingerprints: { routes: 'y' } }),
        ),
      ),
      [
        'finding: 2 replicas of cart.shop hold 2 different routes',
        `routes: ${CART}.shop, ${TWIN}.shop hold different ones`,
        `next: meshladder compare ${CART}.shop ${TWIN}.shop`,
      ],
    ],
  ];
  for (const [what, snapshot, lines] of cases) {
    test(what, () => {
      const { verdict, summary, evidence, next } = examineConfigDiff(snapshot, { namespace: 'shop' });
      assert.deepEqual(
        [`${verdict}: ${summary}`, ...evidence, ...(next === undefined ? [] : [`next: ${next}`])],
        lines,
      );
    });
  }

  test('that inspection is off casts no doubt on a mesh that is well otherwise', () => {
    const { off = false } = examineConfigDiff(mesh({ [CART]: SYNCED }), {});
    assert.ok(off);
    assert.equal(worstVerdict([{ verdict: 'ok' }, { verdict: 'unknown', off }]), 'ok');
    assert.equal(worstVerdict([{ verdict: 'unknown', off }]), 'unknown', 'all is well only where something was asked');
  });

  test('another namespace is not spoken of', () => {
    const snapshot = mesh({ [CART]: SYNCED }, looks(look('shop', CART, { differences: differs })));
    assert.equal(examineConfigDiff(snapshot, { namespace: 'bank' }).summary, 'no proxy here');
  });
});
