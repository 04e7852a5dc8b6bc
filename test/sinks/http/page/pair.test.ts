import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import type { MeshSnapshot } from '../../../../src/model/snapshot.ts';
import type { RequestCount } from '../../../../src/model/traffic.ts';
import type { ConfigObject } from '../../../../src/model/workload.ts';
import { meshCounts } from '../../../../src/sinks/http/page/mesh-counts.ts';
import { pair } from '../../../../src/sinks/http/page/pair.ts';
import { answer, fresh, objects } from '../../../support/mesh.ts';
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

const HOST = 'payment-svc.payment.svc.cluster.local';
const UNTIL = DECLARED + 200;
const ENDS = { namespace: 'payment', workload: 'checkout-v1', destination: HOST };

function ask(snapshot: MeshSnapshot, query: Partial<typeof ENDS> = {}) {
  return pair(snapshot, new URLSearchParams({ ...ENDS, ...query }));
}

/** A mesh in sync, with these objects, where this was logged in the last minutes. */
function calm(requests: readonly RequestCount[], more: Readonly<Record<string, readonly ConfigObject[]>> = {}) {
  const mesh = paymentMesh();
  const objectsOf = Object.entries(more).map(([kind, list]) => [kind, fresh(objects(list))]);
  const config = { ...configWith([canary(100, 0)]), ...Object.fromEntries(objectsOf) };
  mesh.setCluster({ config });
  for (const at of [UNTIL - 10, UNTIL]) mesh.poll(at, [answer(listed('n1'))]);
  return withTraffic(mesh.snapshot, [
    { at: BEGIN, requests: [], config },
    { at: UNTIL, requests, config },
  ]);
}

const WELL = [{ shape: shape(), count: 1_000 }];
const verdicts = (snapshot: MeshSnapshot) =>
  ask(snapshot).checks.map(({ verdict, summary }) => `${verdict}: ${summary}`);

describe('a pair', () => {
  test('that is well: who they are, and what is known between them', () => {
    const { traffic, callers, servers, checks, trace, seconds } = ask(calm(WELL));
    assert.deepEqual([traffic?.requests, traffic?.failed, seconds], [1_000, 0, 260]);
    assert.deepEqual(
      [...callers, ...servers].map(({ workload, state }) => `${workload} ${state}`),
      ['checkout-v1 SYNCED', 'payment-svc-v1 SYNCED', 'payment-svc-v2 SYNCED'],
    );
    assert.deepEqual(
      checks.map(({ question, verdict, summary }) => [question, verdict, summary]),
      [
        ['Do both hold what istiod sent last?', 'ok', '3 proxies SYNCED'],
        ['Does traffic split as declared?', 'ok', 'as declared'],
        ['Is anybody there to answer?', 'ok', 'payment-svc.payment: 2 of 2 ready (v1 1, v2 1)'],
        ['Do the two agree on mTLS?', 'ok', 'no conflict is declared'],
        ['Does an AuthorizationPolicy deny it?', 'ok', 'no AuthorizationPolicy in the way'],
      ],
    );
    assert.equal(trace, `meshladder trace checkout-v1-5c7d8e9f6b-qw4rt.payment ${HOST}:8080/`);
  });

  test('in the incident: who is behind, and that the canary gets nothing', () => {
    const mesh = paymentMesh();
    playIncident(mesh, 'gone', 200);
    const [sync, routes] = ask(withTraffic(mesh.snapshot, steady(mesh, UNTIL))).checks;
    assert.equal(sync?.verdict, 'finding');
    assert.match(sync?.summary ?? '', /^checkout-v1-5c7d8e9f6b-qw4rt is MISSING, .* is MISSING/);
    assert.equal(sync?.next, 'meshladder check checkout-v1-5c7d8e9f6b-qw4rt.payment');
    // What proxies do that do not hold current routes says nothing of the routes.
    assert.equal(routes?.verdict, 'unknown');
    assert.match([routes?.summary, ...(routes?.evidence ?? [])].join(' '), /v2/);
  });

  test('of which nothing is known', () => {
    const { traffic, seconds, callers, servers, trace, checks } = ask(paymentMesh().snapshot, {
      workload: '<img src=x>',
      destination: '"><script>',
    });
    assert.deepEqual([traffic, seconds, callers, servers, trace], [null, null, [], [], null]);
    assert.equal(checks[0]?.verdict, 'unknown');
    assert.equal(checks[2]?.verdict, 'unknown');
  });

  test('nobody there', () => {
    const snapshot = calm(WELL);
    const empty = { ...snapshot, cluster: { ...snapshot.cluster, endpointSlices: fresh(new Map(), UNTIL) } };
    const endpoints = ask(empty).checks[2];
    assert.deepEqual([endpoints?.verdict, endpoints?.summary], ['finding', 'payment-svc has no endpoint']);
    assert.match(endpoints?.next ?? '', /^kubectl -n payment get endpointslices/);
  });

  test('a subset that gets requests, and that no pod is of', () => {
    const rule = {
      host: HOST,
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2-rc1' } },
      ],
    };
    const snapshot = calm(WELL, {
      'destinationrules.networking.istio.io': [istioObject('DestinationRule', 'payment-svc', rule)],
      'virtualservices.networking.istio.io': [canary(90, 10)],
    });
    const endpoints = ask(snapshot).checks[2];
    assert.deepEqual(
      [endpoints?.verdict, endpoints?.summary],
      ['finding', 'subset v2 of payment-svc, which gets requests, has no ready endpoint'],
    );
  });

  test('a host that the caller’s own Envoy has ejected', () => {
    const snapshot = calm(WELL);
    const hosts = {
      destination: HOST,
      port: 8080,
      subset: '',
      healthy: 1,
      unhealthy: 0,
      ejected: 1,
      faults: {},
      addresses: [],
    };
    const look = (name: string, own: object) =>
      [
        `payment/${name}`,
        { namespace: 'payment', name, workload: 'w', at: epochSeconds(UNTIL), hosts: [{ ...hosts, ...own }] },
      ] as const;
    const proxies = new Map([
      look('checkout-v1-5c7d8e9f6b-qw4rt', {}),
      look('payment-svc-v1-6d8f9b7c5d-2xkqp', { ejected: 7 }),
    ]);
    const inspections = fresh({ proxies, failed: new Map() }, UNTIL);
    const endpoints = ask({ ...snapshot, inspections }).checks[2];
    assert.deepEqual(
      [endpoints?.verdict, endpoints?.summary],
      ['finding', 'payment-svc: 1 host out in checkout-v1-5c7d8e9f6b-qw4rt'],
    );
  });

  test('a client told to speak plaintext to a STRICT server', () => {
    const tls = { host: HOST, trafficPolicy: { tls: { mode: 'DISABLE' } } };
    const snapshot = calm(WELL, {
      'peerauthentications.security.istio.io': [
        istioObject('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }),
      ],
      'destinationrules.networking.istio.io': [istioObject('DestinationRule', 'plain', tls)],
    });
    const mtls = ask(snapshot).checks[3];
    assert.equal(mtls?.verdict, 'finding');
    assert.match(
      mtls?.summary ?? '',
      /^callers are told to send plaintext, and the server is STRICT \(DestinationRule payment\/plain\)/,
    );
    assert.match(mtls?.evidence.join(' ') ?? '', /payment-svc-v1, every other port: STRICT/);
    assert.equal(mtls?.next, 'kubectl -n payment get destinationrule plain -o yaml');
  });
});

describe('authorization of a pair', () => {
  const select = { selector: { matchLabels: { app: 'payment-svc' } } };
  const policy = (spec: object) => [istioObject('AuthorizationPolicy', 'rules', { ...select, ...spec })];
  const POLICIES = 'authorizationpolicies.security.istio.io';
  const readers = policy({ rules: [{ to: [{ operation: { paths: ['/pay'] } }] }] });
  const denial = { policyNamespace: 'payment', policy: 'rules', rule: '0' };
  const denied = { shape: shape({ direction: 'inbound', workload: 'payment-svc-v1', denial }), count: 4 };
  const refused = { shape: shape({ responseCode: 403 }), count: 7 };

  test('a policy that denies this caller whatever it asks for', () => {
    const from = [{ source: { principals: ['cluster.local/ns/payment/sa/default'] } }];
    const check = ask(calm(WELL, { [POLICIES]: policy({ action: 'DENY', rules: [{ from }] }) })).checks[4];
    assert.equal(check?.verdict, 'finding');
    assert.match(
      check?.summary ?? '',
      /^payment-svc denies whatever it asks for, by AuthorizationPolicy payment\/rules/,
    );
  });

  const CASES: readonly (readonly [what: string, requests: readonly RequestCount[], told: RegExp])[] = [
    [
      'its requests are answered 403, and servers log denials',
      [...WELL, refused, denied],
      /^finding: 7 requests answered 403 .*policies there deny/,
    ],
    ['only others are denied', [...WELL, denied], /^ok: none of its requests was denied/],
    ['the application says 403 itself', [...WELL, refused], /^unknown: .*the application did/],
  ];
  const BY: readonly (readonly [policy: string, said: string])[] = [
    ['none', 'no ALLOW policy that matched'],
    ['unknown', 'an RBAC filter that is no AuthorizationPolicy'],
  ];
  for (const [policy, said] of BY) {
    test(`denied by ${policy}: nobody is sent to a policy of that name`, () => {
      const by = { ...denied, shape: { ...denied.shape, denial: { policyNamespace: '', policy, rule: '' } } };
      const { evidence } = ask(calm([...WELL, refused, by], { [POLICIES]: readers })).checks[4]!;
      assert.ok(evidence.includes(`payment-svc-v1 denied 4 requests of some caller by ${said}`), evidence.join('\n'));
    });
  }
  for (const [what, requests, told] of CASES) {
    test(what, () => assert.match(verdicts(calm(requests, { [POLICIES]: readers }))[4] ?? '', told));
  }
});

test('the mesh in numbers; what is not known is null', () => {
  const snapshot = calm([...WELL, { shape: shape({ flags: ['UF'], responseCode: 503 }), count: 5 }]);
  const counts = meshCounts(snapshot);
  assert.deepEqual(counts, {
    proxies: [{ state: 'SYNCED', count: 3 }],
    findings: null,
    traffic: { seconds: 260, requests: 1_005, failed: 5 },
  });
  const finding = {
    code: 'IST0101',
    level: 'Error',
    object: { kind: 'Gateway', namespace: 'a', name: 'g' },
    text: '',
  } as const;
  const analysis = fresh({ findings: [finding], suppressed: [], unknown: [] }, UNTIL);
  assert.deepEqual(meshCounts({ ...snapshot, analysis }).findings, { Error: 1, Warning: 0, Info: 0 });
  assert.deepEqual(meshCounts(paymentMesh().snapshot).traffic, null);
});
