import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ConfigObject } from '../../../src/model/workload.ts';
import type { Caller } from '../../../src/rungs/routes/causes/cause.ts';
import { findCauses } from '../../../src/rungs/routes/causes/causes.ts';
import { examineRoutes } from '../../../src/rungs/routes/examine.ts';
import { splitsOf } from '../../../src/rungs/routes/splits.ts';
import type { Finding, Scope } from '../../../src/rungs/rung.ts';
import { FIXTURES, recordedCluster } from '../../support/analysis-cases.ts';
import { clusterOf, snapshotOf } from '../../support/described-mesh.ts';
import { answer, fresh, objects, pod } from '../../support/mesh.ts';
import {
  BEGIN,
  CHECKOUT,
  canary,
  configWith,
  DECLARED,
  istioObject,
  listed,
  paymentMesh,
  shape,
  withTraffic,
} from '../../support/payment-incident.ts';
import { factsOfCluster } from '../../support/route-causes.ts';

const UNTIL = DECLARED + 200;

interface Situation {
  readonly object?: ConfigObject;
  readonly more?: Readonly<Record<string, ConfigObject>>;
  /** Requests since it was declared: by its route, by the route that Istio makes by itself, and taken in by the service. */
  readonly own?: number;
  readonly past?: number;
  readonly arrived?: number;
  readonly isOutsider?: true;
  /** Logs are those of one node of two. */
  readonly isOfOneNode?: true;
}

function ask(
  { object = canary(90, 10), more = {}, own = 0, past = 0, arrived = 0, isOutsider, isOfOneNode }: Situation,
  about: Scope,
): Finding {
  const mesh = paymentMesh();
  const config = {
    ...configWith([object]),
    ...Object.fromEntries(Object.entries(more).map(([key, each]) => [key, fresh(objects([each]))])),
  };
  mesh.setCluster({ config });
  if (isOutsider === true) {
    const { proxy: _proxy, ...cron } = pod('legacy', 'cron', { ips: ['10.0.0.99'], node: 'other' });
    const known = mesh.snapshot.cluster.pods;
    assert.ok(known.state === 'fresh');
    mesh.setCluster({ pods: fresh(new Map([...known.value, ['legacy/cron', cron]])) });
  }
  for (const at of [DECLARED, DECLARED + 10, UNTIL]) mesh.poll(at, [answer(listed('n2', DECLARED))]);
  const counted = (part: number): { readonly shape: ReturnType<typeof shape>; readonly count: number }[] => [
    { shape: shape(), count: own * part * 0.9 },
    { shape: shape({ subset: 'v2' }), count: own * part * 0.1 },
    { shape: shape({ route: 'default', subset: '' }), count: past * part },
    {
      shape: shape({ workload: 'payment-svc-v1', direction: 'inbound', subset: '', route: 'default' }),
      count: arrived * part,
    },
  ];
  const countings = [BEGIN, DECLARED + 20, DECLARED + 100, UNTIL].map((at, nth) => ({
    at,
    requests: counted(nth < 2 ? 0 : nth - 1),
    config: at < DECLARED ? configWith([canary(100, 0)]) : config,
  }));
  const snapshot = withTraffic(mesh.snapshot, countings);
  const { traffic } = snapshot;
  if (isOfOneNode !== true || traffic.state !== 'fresh') return examineRoutes(snapshot, about);
  const lines = { access: 1, unparsed: 0, proxy_log: 0, other: 0, dropped: 0 };
  const value = { ...traffic.value, intake: [{ source: 'files', lines, skippedBytes: 0 }] };
  return examineRoutes({ ...snapshot, traffic: { ...traffic, value } }, about);
}

const TITLE = 'VirtualService payment/payment-svc route payment-canary';

function changed(changes: Readonly<Record<string, unknown>>): ConfigObject {
  const object = canary(90, 10);
  return { ...object, spec: { ...object.spec, ...changes } };
}

const CASES: Readonly<Record<string, readonly [situation: Situation, said: RegExp]>> = {
  'it works': [{ own: 1_000 }, /^ok: 1 split as declared$/],
  'it works, and others call past it': [
    { own: 1_000, past: 1_000, object: changed({ exportTo: ['shop'] }) },
    /^ok: 1 split as declared$/,
  ],
  'nobody calls at all': [{}, /^unknown: .*too few requests to judge by: 0 requests/],
  'all call past it, and nothing shows why': [{ past: 1_204 }, /^unknown: .*too few requests to judge by: 0 requests/],
  'all call past it: it is not exported to them': [
    { past: 1_204, object: changed({ exportTo: ['shop'] }) },
    new RegExp(`^finding: ${TITLE} has no effect on 1,204 requests: it is not exported to payment$`),
  ],
  'too few of them to say so': [
    { past: 20, object: changed({ exportTo: ['shop'] }) },
    /^unknown: .*too few requests to judge by: 0 requests/,
  ],
  'bound to a gateway alone': [
    { past: 1_204, object: changed({ gateways: ['edge'] }) },
    new RegExp(
      `^finding: ${TITLE} has no effect on 1,204 requests: it is bound to payment/edge alone, and callers are in the mesh$`,
    ),
  ],
  'a Sidecar that leaves it out': [
    {
      past: 1_204,
      more: { 'sidecars.networking.istio.io': istioObject('Sidecar', 'default', { egress: [{ hosts: ['shop/*'] }] }) },
    },
    /has no effect on 1,204 requests: Sidecar payment\/default does not import it into payment$/,
  ],
  'callers without a proxy': [
    { arrived: 1_204, isOutsider: true },
    /has no effect on 1,204 requests: callers have no proxy/,
  ],
  'requests that nobody sent on this node, and there is another': [
    { arrived: 1_204, isOutsider: true, isOfOneNode: true },
    /^unknown: .*too few requests to judge by: 0 requests/,
  ],
  'a subset that nobody defines, whether or not anybody calls': [
    { more: { 'destinationrules.networking.istio.io': istioObject('DestinationRule', 'x', { host: 'payment-svc' }) } },
    new RegExp(`^finding: ${TITLE}: subset v1, v2 of payment-svc is in no DestinationRule$`),
  ],
  'which is not so where requests reach it': [
    {
      own: 1_000,
      more: { 'destinationrules.networking.istio.io': istioObject('DestinationRule', 'x', { host: 'payment-svc' }) },
    },
    /^ok: 1 split as declared$/,
  ],
};

describe('a VirtualService that has no effect', () => {
  for (const [about, [situation, said]] of Object.entries(CASES)) {
    test(about, () => {
      const { verdict, summary } = ask(situation, { namespace: 'payment' });
      assert.match(`${verdict}: ${summary}`, said);
    });
  }

  test('is told with what it rests on, what mends it and where to look', () => {
    const { evidence, next } = ask({ past: 1_204, object: changed({ exportTo: ['shop'] }) }, { namespace: 'payment' });
    assert.deepEqual(evidence, [
      'VirtualService payment-svc: declared 10 % v2 · Envoy not looked into · traffic 0 of 1,204, all past it',
      'declared: payment-svc/v1 90 %, payment-svc/v2 10 %',
      'exportTo: [shop]',
      'to mend it: add payment to its exportTo',
    ]);
    assert.equal(next, 'kubectl -n payment get virtualservice payment-svc -o yaml');
  });

  test('of several each is told', () => {
    const other = { ...canary(50, 50), name: 'other' };
    const spec = {
      ...other.spec,
      hosts: ['other'],
      http: [{ name: 'x', route: [{ destination: { host: 'other' } }] }],
    };
    const second = { ...other, spec };
    const rule = istioObject('DestinationRule', 'x', { host: 'payment-svc' });
    const more = { 'serviceentries.networking.istio.io': istioObject('ServiceEntry', 'e', {}) };
    const config = {
      ...configWith([canary(90, 10), second]),
      'destinationrules.networking.istio.io': fresh(objects([rule])),
    };
    const mesh = paymentMesh();
    mesh.setCluster({
      config: { ...config, 'serviceentries.networking.istio.io': fresh(objects(Object.values(more))) },
    });
    const { verdict, summary } = examineRoutes(mesh.snapshot, { namespace: 'payment' });
    assert.equal(verdict, 'finding');
    assert.equal(
      summary,
      `${TITLE}: subset v1, v2 of payment-svc is in no DestinationRule, VirtualService payment/other route x: no Service and no ServiceEntry has the host other.payment.svc.cluster.local`,
    );
  });

  test('is told of the pod that calls past it, too', () => {
    assert.equal(ask({ past: 1_204, object: changed({ exportTo: ['shop'] }) }, CHECKOUT).verdict, 'finding');
  });
});

/** Callers of every kind, so that no cause is spared for want of them. */
const CALLERS: readonly Caller[] = ['payment', 'bookinfo'].map((namespace) => {
  return { namespace, workload: 'checkout-v1', kind: 'sidecar', own: 100, past: 0 };
});

const RECORDED = recordedCluster().map(({ text }) => text);

describe('what works is accused by nobody', () => {
  test('the recorded mesh', () => {
    const cluster = clusterOf(...RECORDED);
    const splits = [...splitsOf(cluster.config).values()];
    assert.equal(splits.length, 4);
    for (const split of splits) {
      for (const callers of [[], CALLERS]) {
        assert.deepEqual(findCauses(factsOfCluster(cluster, split, { callers })), { found: [], untold: [] });
      }
    }
    assert.notEqual(examineRoutes(snapshotOf(cluster), {}).verdict, 'finding');
  });

  const cases = readdirSync(new URL('analyze-live/', FIXTURES)).filter((name) => name.startsWith('clean-'));
  for (const name of cases) {
    test(name, () => {
      const applied = readFileSync(new URL(`analyze-live/${name}/objects.yaml`, FIXTURES), 'utf8');
      const cluster = clusterOf(...RECORDED, applied);
      for (const split of splitsOf(cluster.config).values()) {
        assert.deepEqual(findCauses(factsOfCluster(cluster, split)), { found: [], untold: [] });
      }
      assert.notEqual(examineRoutes(snapshotOf(cluster), {}).verdict, 'finding');
    });
  }
});

describe('what is wrong in the recorded cases is named', () => {
  for (const [name, said] of [
    ['ist0101-host', /no Service and no ServiceEntry has the host/],
    ['ist0101-subset', /subset v9 of web is in no DestinationRule/],
  ] as const) {
    test(name, () => {
      const applied = readFileSync(new URL(`analyze-live/${name}/objects.yaml`, FIXTURES), 'utf8');
      const finding = examineRoutes(snapshotOf(clusterOf(...RECORDED, applied)), {});
      assert.equal(finding.verdict, 'finding');
      assert.match(finding.summary, said);
      assert.ok(finding.evidence.includes('first broken link: what is declared cannot work'));
    });
  }
});
