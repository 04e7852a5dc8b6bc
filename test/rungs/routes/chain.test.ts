import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { LoadedWeight, ProxyInspection } from '../../../src/model/inspection.ts';
import type { MeshSnapshot } from '../../../src/model/snapshot.ts';
import { examineRoutes } from '../../../src/rungs/routes/examine.ts';
import type { Finding } from '../../../src/rungs/rung.ts';
import { answer, fresh } from '../../support/mesh.ts';
import {
  CHECKOUT,
  type Counting,
  canary,
  configWith,
  DECLARED,
  listed,
  paymentMesh,
  shape,
  steady,
  withTraffic,
} from '../../support/payment-incident.ts';

const HOST = 'payment-svc.payment.svc.cluster.local';
const UNTIL = DECLARED + 200;

function holding(v2: number): readonly LoadedWeight[] {
  const object = { namespace: 'payment', name: 'payment-svc' };
  const of = { object, route: 'payment-canary', destination: HOST };
  const v1 = { ...of, subset: 'v1', ratio: 1 - v2 };
  return v2 === 0 ? [v1] : [v1, { ...of, subset: 'v2', ratio: v2 }];
}

function look(changes: Partial<ProxyInspection> = {}): ProxyInspection {
  const about = { namespace: CHECKOUT.namespace, name: CHECKOUT.name, workload: 'checkout-v1' };
  return { ...about, at: epochSeconds(UNTIL - 20), weights: holding(0.1), ...changes };
}

interface Situation {
  /** Share that v2 gets since it was declared; none: too few requests to tell. */
  readonly share?: number;
  readonly looks?: readonly ProxyInspection[];
  /** How istiod lists the proxies in the end. */
  readonly listing?: string;
  readonly withoutTraffic?: true;
  /** Requests of cart that take another route, in all. */
  readonly past?: number;
}

function snapshotOf({ share, looks, listing = 'n2', withoutTraffic, past = 0 }: Situation): MeshSnapshot {
  const mesh = paymentMesh();
  mesh.setCluster({ config: configWith([canary(90, 10)]) });
  for (const at of [DECLARED, DECLARED + 10, UNTIL]) mesh.poll(at, [answer(listed(listing, DECLARED))]);
  const countings: readonly Counting[] = steady(mesh, UNTIL, () => share ?? 0).map((counting) => {
    const requests = share === undefined ? [] : counting.requests;
    const count = counting.at <= DECLARED ? 0 : (past * (counting.at - DECLARED)) / (UNTIL - DECLARED);
    return { ...counting, requests: [...requests, { shape: PAST, count }] };
  });
  const snapshot = withoutTraffic === true ? mesh.snapshot : withTraffic(mesh.snapshot, countings);
  if (looks === undefined) return snapshot;
  const proxies = new Map(looks.map((each) => [`${each.namespace}/${each.name}`, each]));
  return { ...snapshot, inspections: fresh({ proxies, failed: new Map() }, UNTIL) };
}

function ask(situation: Situation): Finding {
  return examineRoutes(snapshotOf(situation), { namespace: 'payment' });
}

const PAST = shape({ workload: 'cart-v1', route: 'default', subset: '' });
const CART = { name: 'cart-v1-5c7d8e9f6b-zzzzz', workload: 'cart-v1', weights: [] };
const LINE = 'VirtualService payment-svc: declared 10 % v2';
const CANARY = 'canary payment-svc/v2 declared 10 %, observed 0 %';

type Case = readonly [situation: Situation, verdict: Finding['verdict'], line: string, evidence: RegExp | undefined];

const CASES: Readonly<Record<string, Case>> = {
  'every link holds': [{ share: 0.1, looks: [look()] }, 'ok', '1 split as declared', undefined],
  'nobody looked into Envoys, and traffic is as declared': [{ share: 0.1 }, 'ok', '1 split as declared', undefined],
  'traffic alone is off': [
    { share: 0 },
    'finding',
    CANARY,
    /^first link known to be broken: traffic .*nobody looked at istiod and Envoy$/,
  ],
  'Envoy holds it, and traffic is off': [
    { share: 0, looks: [look()] },
    'finding',
    `${LINE} · Envoy of checkout-v1 holds 10 % · traffic 0 of 600`,
    /^first broken link: traffic \(600 requests in 1 min\)$/,
  ],
  'Envoy is SYNCED and holds something else: istiod does not send it': [
    { share: 0, looks: [look({ weights: holding(0) })] },
    'finding',
    `${LINE} · istiod does not send it · Envoy of checkout-v1 holds 0 % · traffic 0 of 600`,
    /^first broken link: istiod \(checkout-v1-\S+ is SYNCED: it holds all that istiod has sent\)$/,
  ],
  'istiod was compared, and has nothing else either': [
    { share: 0, looks: [look({ weights: holding(0), differences: { routes: [] } })] },
    'finding',
    `${LINE} · istiod does not send it · Envoy of checkout-v1 holds 0 % · traffic 0 of 600`,
    /^first broken link: istiod \(istiod would send checkout-v1-\S+ the routes that it holds\)$/,
  ],
  'istiod was compared, and has other routes for it': [
    { share: 0, looks: [look({ weights: holding(0), differences: { routes: ['8080'] } })] },
    'finding',
    `${LINE} · Envoy of checkout-v1 holds 0 % · traffic 0 of 600`,
    /^first broken link: Envoy \(checkout-v1-\S+ holds payment-svc\/v1 100 %, looked into 20 s ago\)$/,
  ],
  'Envoy does not have the route': [
    { share: 0, looks: [look({ weights: [], differences: { routes: ['8080'] } })] },
    'finding',
    `${LINE} · Envoy of checkout-v1 does not hold it · traffic 0 of 600`,
    /^first broken link: Envoy .*has no such route/,
  ],
  'one of two replicas holds something else, though traffic looks well': [
    {
      share: 0.1,
      looks: [
        look(),
        look({ name: 'checkout-v1-5c7d8e9f6b-zzzzz', weights: holding(0), differences: { routes: ['80'] } }),
      ],
    },
    'finding',
    `${LINE} · 1 of 2 Envoys of checkout-v1 holds 0 % · traffic 60 of 600`,
    /^first broken link: Envoy/,
  ],
  'Envoy holds something else, and nobody calls': [
    { looks: [look({ weights: holding(0) })] },
    'finding',
    `${LINE} · istiod does not send it · Envoy of checkout-v1 holds 0 % · no traffic`,
    /^first broken link: istiod/,
  ],
  'a look from before it was declared says nothing': [
    { share: 0.1, looks: [look({ at: epochSeconds(DECLARED - 1), weights: holding(0) })] },
    'ok',
    '1 split as declared',
    undefined,
  ],
  'a look without routes says nothing': [
    { share: 0, looks: [{ ...look(), weights: undefined as never }] },
    'finding',
    CANARY,
    /nobody looked at istiod and Envoy$/,
  ],
  'Envoys that do not call and do not hold it say nothing': [
    { share: 0, looks: [look(CART)] },
    'finding',
    CANARY,
    /nobody looked at istiod and Envoy$/,
  ],
  'where some use it, others that go past it need not hold it': [
    { share: 0.1, past: 600, looks: [look(), look(CART)] },
    'ok',
    '1 split as declared',
    undefined,
  ],
  'where nobody uses it, those who go past it should hold it': [
    { past: 600, looks: [look(CART)] },
    'finding',
    `${LINE} · Envoy of cart-v1 does not hold it · traffic 0 of 480, all past it`,
    /^first link known to be broken: Envoy .*nobody looked at istiod$/,
  ],
  'a few that go past it need not': [
    { past: 60, looks: [look(CART)] },
    'unknown',
    'VirtualService payment/payment-svc route payment-canary: too few requests to judge by: 0 requests in 2 min',
    undefined,
  ],
  'callers that are behind accuse nobody': [
    { share: 0, looks: [look({ weights: holding(0) })], listing: 'n1>n2' },
    'unknown',
    `rung 2 not passed; ${CANARY}`,
    undefined,
  ],
  'no traffic source': [
    { withoutTraffic: true, looks: [look({ weights: holding(0) })] },
    'finding',
    `${LINE} · istiod does not send it · Envoy of checkout-v1 holds 0 % · traffic not known`,
    /^first broken link: istiod/,
  ],
};

describe('declared, in istiod, in Envoy, in traffic', () => {
  for (const [about, [situation, verdict, summary, evidence]] of Object.entries(CASES)) {
    test(about, () => {
      const finding = ask(situation);
      assert.equal(`${finding.verdict}: ${finding.summary}`, `${verdict}: ${summary}`);
      if (evidence !== undefined)
        assert.ok(
          finding.evidence.some((each) => evidence.test(each)),
          finding.evidence.join('\n'),
        );
    });
  }

  test('the line stands in the evidence where it is not the answer itself', () => {
    assert.equal(ask({ share: 0 }).evidence[0], `${LINE} · Envoy not looked into · traffic 0 of 600`);
    assert.equal(ask({ share: 0, listing: 'n1>n2' }).evidence[0], `${LINE} · Envoy not looked into · traffic 0 of 600`);
  });

  test('the line of the namespace keeps the words that are known from before', () => {
    const { brief } = ask({ share: 0, looks: [look({ weights: holding(0) })] });
    assert.equal(brief, CANARY);
  });

  test('the next command looks at what is broken', () => {
    assert.equal(ask({ share: 0, looks: [look({ weights: holding(0) })] }).next, 'meshladder analyze -n payment');
    const stuck = look({ weights: holding(0), differences: { routes: ['80'] } });
    assert.equal(
      ask({ share: 0, looks: [stuck] }).next,
      `istioctl proxy-config routes ${CHECKOUT.name}.payment -o json`,
    );
  });
});
