import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { examineRoutes } from '../../../src/rungs/routes/examine.ts';
import { answer } from '../../support/mesh.ts';
import {
  BEGIN,
  configWith,
  DECLARED,
  istioObject,
  listed,
  paymentMesh,
  shape,
  withTraffic,
} from '../../support/payment-incident.ts';

const HOST = 'payment-svc.payment.svc.cluster.local';
const TITLE = 'VirtualService payment/payment-svc';
const V1 = [{ destination: { host: HOST, subset: 'v1' } }];
const SPLIT = ['v1', 'v2'].map((subset, nth) => ({
  destination: { host: HOST, subset },
  weight: nth === 0 ? 90 : 10,
}));

/** What rung 3 says of these routes, of which the first has taken a thousand requests, or nobody counts. */
function said(http: readonly object[], isCounted: boolean): string {
  const mesh = paymentMesh();
  const config = configWith([istioObject('VirtualService', 'payment-svc', { hosts: [HOST], http })]);
  mesh.setCluster({ config });
  mesh.poll(DECLARED + 200, [answer(listed('n1'))]);
  const { name: route = '' } = http[0] as { name?: string };
  const countings = [BEGIN, DECLARED, DECLARED + 200].map((at, nth) => {
    return { at, requests: [{ shape: shape({ route }), count: nth * 500 }], config };
  });
  const { verdict, summary, next } = examineRoutes(isCounted ? withTraffic(mesh.snapshot, countings) : mesh.snapshot, {
    namespace: 'payment',
  });
  if (verdict === 'finding') assert.equal(next, 'kubectl -n payment get virtualservice payment-svc -o yaml');
  return `${verdict}: ${summary}`;
}

const matching = (match: object): object => ({ name: 'all', match: [match], route: V1 });
const CANARY = { name: 'canary', route: SPLIT };
const BY_HEADER = { match: [{ headers: { x: { exact: '1' } } }] };
const NAMED = `finding: ${TITLE} route canary: route "all" before it takes all its requests`;

const HIDDEN: Readonly<Record<string, readonly [http: readonly object[], said: string]>> = {
  'both with a name': [[{ name: 'all', route: V1 }, CANARY], NAMED],
  'any path, as an expression': [[matching({ uri: { regex: '/.*' } }), CANARY], NAMED],
  'any path, as a prefix': [[matching({ uri: { prefix: '/' } }), CANARY], NAMED],
  'in the mesh, where the other is by default': [[matching({ gateways: ['mesh'] }), CANARY], NAMED],
  'a redirect': [[{ name: 'all', redirect: { uri: '/' } }, CANARY], NAMED],
  'the first without a name': [
    [{ route: V1 }, CANARY],
    `finding: ${TITLE} route canary: route #1 before it takes all its requests`,
  ],
  'both without a name, which logs cannot tell apart': [
    [{ route: V1 }, { route: SPLIT }],
    `finding: ${TITLE}: route #1 before route #2 takes all its requests`,
  ],
  'of several without a name, one that could not be reached': [
    [{ route: V1 }, { ...BY_HEADER, route: [{ destination: { host: HOST, subset: 'v2' } }] }],
    `finding: ${TITLE}: route #1 before route #2 takes all its requests`,
  ],
};

describe('a route that another hides is told by name, with traffic and without', () => {
  for (const [about, [http, expected]] of Object.entries(HIDDEN)) {
    test(about, () => assert.deepEqual([said(http, true), said(http, false)], [expected, expected]));
  }
});

const REACHABLE: Readonly<Record<string, readonly [http: readonly object[], counted: string, uncounted: string]>> = {
  'one port of perhaps several': [
    [matching({ port: 8080 }), CANARY],
    `unknown: ${TITLE} route canary: none of 1,000 requests took it; route "all" of the same object took them`,
    `unknown: ${TITLE} route canary: no traffic source`,
  ],
  'some paths': [
    [matching({ uri: { regex: '/v1/.*' } }), CANARY],
    `unknown: ${TITLE} route canary: none of 1,000 requests took it; route "all" of the same object took them`,
    `unknown: ${TITLE} route canary: no traffic source`,
  ],
  'at a gateway only': [
    [matching({ gateways: ['istio-system/gw'] }), CANARY],
    `unknown: ${TITLE} route canary: none of 1,000 requests took it; route "all" of the same object took them`,
    `unknown: ${TITLE} route canary: no traffic source`,
  ],
  'by a header, without names': [
    [{ ...BY_HEADER, route: V1 }, { route: SPLIT }],
    `unknown: ${TITLE}: several routes without a name disagree, and no log tells them apart`,
    `unknown: ${TITLE}: several routes without a name disagree, and no log tells them apart`,
  ],
};

describe('one that could be reached accuses nobody, and tells who took the requests', () => {
  for (const [about, [http, counted, uncounted]] of Object.entries(REACHABLE)) {
    test(about, () => assert.deepEqual([said(http, true), said(http, false)], [counted, uncounted]));
  }
});
