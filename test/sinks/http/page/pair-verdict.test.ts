import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { proxyTable } from '../../../../src/model/proxy-table.ts';
import type { MeshSnapshot } from '../../../../src/model/snapshot.ts';
import type { RequestCount } from '../../../../src/model/traffic.ts';
import type { ConfigObject } from '../../../../src/model/workload.ts';
import { pair } from '../../../../src/sinks/http/page/pair.ts';
import { type TrafficPair, trafficPairs } from '../../../../src/sinks/http/page/traffic-pairs.ts';
import { computingMs } from '../../../support/computing-ms.ts';
import { answer, connection, fresh, objects, pod, polledMesh, sync } from '../../../support/mesh.ts';
import {
  BEGIN,
  canary,
  configWith,
  DECLARED,
  istioObject,
  listed,
  paymentMesh,
  playIncident,
  shape,
  steady,
  withTraffic,
} from '../../../support/payment-incident.ts';
import { service } from '../../../support/service.ts';

const UNTIL = DECLARED + 200;
const FAILING = { shape: shape({ workload: 'web-v1', destination: 'b.example.com', flags: ['UF'] }), count: 900 };
const OTHER = { shape: shape({ workload: 'web-v1', destination: 'a.example.com' }), count: 5_000 };

function pairsOf(snapshot: MeshSnapshot): readonly TrafficPair[] {
  return trafficPairs(snapshot, new URLSearchParams()).pairs;
}

/** What the list says, and the worst of what the pair itself does. */
function bothOf(snapshot: MeshSnapshot): readonly [listed: string | undefined, own: string | undefined] {
  const inList = pairsOf(snapshot).find(({ workload }) => workload === 'checkout-v1');
  const { namespace = '', workload = '', destination = '' } = inList ?? {};
  const { checks } = pair(snapshot, new URLSearchParams({ namespace, workload, destination }));
  const worst = ['finding', 'unknown', 'ok'].find((each) => checks.some(({ verdict }) => verdict === each));
  return [inList?.verdict, worst];
}

/** Of proxies in this state since so many seconds, where this was logged. */
function meshWith(words: string, sentAt: number, requests: readonly RequestCount[], policy?: ConfigObject) {
  const mesh = paymentMesh();
  const config = {
    ...configWith([canary(100, 0)]),
    ...(policy && { 'authorizationpolicies.security.istio.io': fresh(objects([policy])) }),
  };
  mesh.setCluster({ config });
  mesh.poll(sentAt, [answer(listed('n1'))]);
  for (const at of [sentAt + 1, UNTIL]) mesh.poll(at, [answer(listed(words, sentAt))]);
  return withTraffic(mesh.snapshot, [
    { at: BEGIN, requests: [], config },
    { at: UNTIL, requests, config },
  ]);
}

const WELL = { shape: shape(), count: 1_000 };

describe('the list of pairs', () => {
  test('takes the worst of what the pair knows, and puts it first although none of its requests failed', () => {
    const mesh = paymentMesh();
    playIncident(mesh, 'gone', 200);
    const countings = steady(mesh, UNTIL).map((counting) => ({
      ...counting,
      requests: [...counting.requests, ...(counting.at > DECLARED ? [OTHER, FAILING] : [])],
    }));
    const snapshot = withTraffic(mesh.snapshot, countings);
    assert.deepEqual(bothOf(snapshot), ['finding', 'finding']);
    assert.deepEqual(
      pairsOf(snapshot).map(({ workload, destination, verdict, why, failed }) => [
        workload,
        destination.split('.')[0],
        verdict,
        why,
        failed,
      ]),
      [
        ['checkout-v1', 'payment-svc', 'finding', '3 proxies MISSING', 0],
        ['web-v1', 'b', 'finding', '900 requests failed', 900],
        ['web-v1', 'a', 'unknown', 'no proxy of either end is known', 0],
      ],
    );
  });

  const denial = { policyNamespace: 'payment', policy: 'rules', rule: '0' };
  const refused = { shape: shape({ responseCode: 403 }), count: 7 };
  const denied = { shape: shape({ direction: 'inbound', workload: 'payment-svc-v1', denial }), count: 4 };
  const policy = istioObject('AuthorizationPolicy', 'rules', {
    selector: { matchLabels: { app: 'payment-svc' } },
    rules: [{ to: [{ operation: { paths: ['/pay'] } }] }],
  });
  const CASES: readonly (readonly [what: string, snapshot: MeshSnapshot, verdict: string, why: RegExp])[] = [
    ['all is well', meshWith('n1', BEGIN, [WELL]), 'ok', /^$/],
    ['a push of a few seconds ago', meshWith('n1>n2', UNTIL - 2, [WELL]), 'ok', /^$/],
    ['a push that nobody took', meshWith('n1>n2', UNTIL - 100, [WELL]), 'finding', /^3 proxies STALE$/],
    [
      'the split is off',
      meshWith('n1', BEGIN, [
        { ...WELL, count: 500 },
        { shape: shape({ subset: 'v2' }), count: 500 },
      ]),
      'finding',
      /payment-svc\/v2 declared 0 %, observed 50 %$/,
    ],
    [
      '403, and servers log denials',
      meshWith('n1', BEGIN, [WELL, refused, denied], policy),
      'finding',
      /^7 requests answered 403 .*policies there deny/,
    ],
    ['the application says 403', meshWith('n1', BEGIN, [WELL, refused], policy), 'unknown', /the application did$/],
  ];
  for (const [what, snapshot, verdict, why] of CASES) {
    test(what, () => {
      const [first] = pairsOf(snapshot);
      assert.match(first?.why ?? 'no pair', why);
      assert.deepEqual(bothOf(snapshot), [verdict, verdict]);
    });
  }
});

const BIG = { namespaces: 20, proxies: 5_000, services: 1_000, splits: 200, pairs: 5_000 };
const MOST_MS = 300;
const nth = (count: number): readonly number[] => Array.from({ length: count }, (_, each) => each);
const homeOf = (svc: number): string => `ns-${svc % BIG.namespaces}`;
const hostOf = (svc: number): string => `svc-${svc}.${homeOf(svc)}.svc.cluster.local`;

/** A mesh in which every workload calls five services, a tenth of them with refusals. */
function bigMesh(): MeshSnapshot {
  const pods = nth(BIG.proxies).map((each) => {
    const svc = each % BIG.services;
    const name = `svc-${svc}-6d8f9b7c5d-${'bcdfghjklm'[Math.floor(each / BIG.services)]}2xkq`;
    return pod(homeOf(svc), name, { labels: { app: `svc-${svc}`, version: 'v1' } });
  });
  const services = nth(BIG.services).map((svc) => ({
    ...service(homeOf(svc), `svc-${svc}`, []),
    selector: { app: `svc-${svc}` },
  }));
  const splits = nth(BIG.splits).map((svc) => {
    const to = (subset: string, weight: number): object => ({ destination: { host: hostOf(svc), subset }, weight });
    const http = [{ name: `route-${svc}`, route: [to('v1', 90), to('v2', 10)] }];
    return istioObject('VirtualService', `split-${svc}`, { hosts: [hostOf(svc)], http }, homeOf(svc));
  });
  const config = configWith(splits);
  const mesh = polledMesh();
  mesh.setCluster({ pods: fresh(objects(pods)), services: fresh(objects(services)), config });
  const proxies = pods.map(({ namespace, name }) => connection(namespace, name, { cds: sync('n1'), lds: sync('n1') }));
  for (const at of [UNTIL - 10, UNTIL]) mesh.poll(at, [answer(proxies)]);
  const requests = nth(BIG.pairs).map((each) => {
    const [from, to] = [each % BIG.services, (each * 7 + Math.floor(each / BIG.services)) % BIG.services];
    const ends = { proxyNamespace: homeOf(from), workload: `svc-${from}`, destination: hostOf(to) };
    return { shape: shape({ ...ends, route: `route-${to}`, responseCode: each % 10 === 0 ? 403 : 200 }), count: 300 };
  });
  return withTraffic(mesh.snapshot, [
    { at: BEGIN, requests: [], config },
    { at: UNTIL, requests, config },
  ]);
}

test(`${BIG.pairs} pairs of ${BIG.proxies} proxies are judged in less than ${MOST_MS} ms`, () => {
  const snapshot = bigMesh();
  // Made by whoever asks first for anything.
  assert.equal(proxyTable(snapshot).length, BIG.proxies);
  let pairs = 0;
  const ms = computingMs(() => {
    pairs = trafficPairs(snapshot, new URLSearchParams()).matching;
  });
  assert.equal(pairs, BIG.pairs);
  assert.ok(ms < MOST_MS, `${ms} ms`);
});
