import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import { known } from '../../src/model/observed.ts';
import type { ProxyConnection } from '../../src/model/proxy.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import type { RequestShape } from '../../src/model/traffic.ts';
import { examineAnalysis } from '../../src/rungs/analysis/examine.ts';
import { examineLadder } from '../../src/rungs/examine-ladder.ts';
import { examineMesh } from '../../src/rungs/examine-mesh.ts';
import { answer, connection, fresh, objects, type PolledMesh, pod, REFUSED, sync } from '../support/mesh.ts';
import {
  BEGIN,
  CHECKOUT,
  type Counting,
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
} from '../support/payment-incident.ts';

/** `verdict: summary` of a rung. */
function said(snapshot: MeshSnapshot, rung: string, about: Parameters<typeof examineLadder>[1] = {}): string {
  const entry = examineLadder(snapshot, about).find(({ id }) => id === rung);
  return `${entry?.verdict}: ${entry?.summary}`;
}

/** The mesh in sync, with the canary declared, and this traffic since. */
function declared(countings: (mesh: PolledMesh) => readonly Counting[]): MeshSnapshot {
  const mesh = paymentMesh();
  mesh.setCluster({ config: configWith([canary(90, 10)]) });
  for (const at of [DECLARED, DECLARED + 10, DECLARED + 200]) mesh.poll(at, [answer(listed('n2', DECLARED))]);
  return withTraffic(mesh.snapshot, countings(mesh));
}

const UNTIL = DECLARED + 200;

describe('the incident', () => {
  const LINE =
    'payment: 3 proxies STATE for 6 min; NetworkPolicy payment/default-deny blocks egress to istiod:15012; canary payment-svc/v2 declared 10 %, observed 0 %.';
  for (const [how, state] of [
    ['stale', 'STALE'],
    ['gone', 'MISSING'],
  ] as const) {
    test(`while proxies are ${how}, is one line that names the cause`, () => {
      const mesh = paymentMesh();
      playIncident(mesh, how, 370);
      const report = examineMesh(withTraffic(mesh.snapshot, steady(mesh, DECLARED + 370)));
      assert.equal(report.namespaces[0]?.headline, LINE.replace('STATE', state));
      assert.equal(report.verdict, 'finding');
    });
  }

  test('the rungs above what is broken are unknown, and say which it is', () => {
    const mesh = paymentMesh();
    playIncident(mesh, 'stale', 370);
    const snapshot = withTraffic(mesh.snapshot, steady(mesh, DECLARED + 370));
    const verdicts = examineLadder(snapshot, CHECKOUT).map(({ number, verdict }) => `${number} ${verdict}`);
    assert.deepEqual(verdicts.slice(0, 7), [
      '0 ok',
      '1 ok',
      '2 finding',
      '3 unknown',
      '4 unknown',
      '5 unknown',
      '6 unknown',
    ]);
    assert.match(
      said(snapshot, 'routes', CHECKOUT),
      /^unknown: rung 2 not passed; canary payment-svc\/v2 declared 10 %/,
    );
    assert.equal(said(snapshot, 'authorization', CHECKOUT), 'unknown: rung 2 not passed');
  });

  test('once all is in sync again, what happened before accuses nobody', () => {
    const mesh = paymentMesh();
    playIncident(mesh, 'gone', 300);
    mesh.setCluster({ networkPolicies: fresh(new Map()) });
    for (const at of [310, 320, 330]) mesh.poll(DECLARED + at, [answer(listed('n2', DECLARED + 309))]);
    const soon = withTraffic(
      mesh.snapshot,
      steady(mesh, DECLARED + 330, (at) => (at >= DECLARED + 310 ? 0.1 : 0)),
    );
    assert.match(said(soon, 'routes'), /^unknown: .*too few requests to judge by: 100 requests in 10 s/);
    mesh.poll(DECLARED + 420, [answer(listed('n2', DECLARED + 309))]);
    const later = withTraffic(
      mesh.snapshot,
      steady(mesh, DECLARED + 420, (at) => (at >= DECLARED + 310 ? 0.1 : 0)),
    );
    assert.equal(said(later, 'routes'), 'ok: 1 split as declared');
  });
});

describe('a proxy that rejects what it is sent is left out, and the others are judged', () => {
  const JUDGED = ['endpoints', 'mtls', 'authorization'];
  const [checkout, v1, v2] = listed('n1');
  const shop = connection('shop', 'cart-1', { cds: sync('n1'), lds: sync('n1') });
  const rejecting = (name: string, namespace = 'payment'): ProxyConnection =>
    connection(namespace, name, { cds: sync('n1'), lds: sync('n1>n2', BEGIN, 'no such filter') });

  /** Polled for long enough that what is so is told. */
  function polled(...connections: readonly ProxyConnection[]): MeshSnapshot {
    const mesh = paymentMesh();
    const pods = known(mesh.snapshot.cluster.pods)!;
    mesh.setCluster({ pods: fresh(new Map([...pods, ['shop/cart-1', pod('shop', 'cart-1')]])) });
    for (const at of [10, 20, 30]) mesh.poll(BEGIN + at, [answer(connections)]);
    return withTraffic(mesh.snapshot, steady(mesh, BEGIN + 30));
  }
  const inMesh = (snapshot: MeshSnapshot, rung: string): string => {
    const entry = examineMesh(snapshot).rungs.find(({ id }) => id === rung);
    return `${entry?.verdict}: ${entry?.summary}`;
  };

  test('one of a namespace', () => {
    const snapshot = polled(rejecting(CHECKOUT.name), v1!, v2!, shop);
    assert.match(said(snapshot, 'config-synced', { namespace: 'payment' }), /^finding: 1 proxy ERROR/);
    for (const rung of JUDGED) {
      assert.match(
        said(snapshot, rung, { namespace: 'payment' }),
        /^ok: .*; 1 of 3 proxies left out: rung 2 not passed$/,
      );
      assert.match(inMesh(snapshot, rung), /^ok: .*; 1 of 4 proxies left out: rung 2 not passed$/);
      assert.equal(said(snapshot, rung, CHECKOUT), 'unknown: rung 2 not passed');
      assert.match(said(snapshot, rung, { namespace: 'payment', name: v1!.name }), /^ok: (?!.*left out)/);
    }
  });

  test('all of a namespace: of the mesh, the others are judged', () => {
    const snapshot = polled(rejecting(CHECKOUT.name), rejecting(v1!.name), rejecting(v2!.name), shop);
    for (const rung of JUDGED) {
      assert.equal(said(snapshot, rung, { namespace: 'payment' }), 'unknown: rung 2 not passed');
      assert.match(inMesh(snapshot, rung), /^ok: .*; 3 of 4 proxies left out: rung 2 not passed$/);
    }
  });

  test('all of the mesh: nothing is known, and whose it is', () => {
    const snapshot = polled(
      rejecting(CHECKOUT.name),
      rejecting(v1!.name),
      rejecting(v2!.name),
      rejecting('cart-1', 'shop'),
    );
    for (const rung of JUDGED) assert.equal(inMesh(snapshot, rung), 'unknown: payment: rung 2 not passed; also shop');
  });

  test('a fault in what is declared is one all the same', () => {
    const snapshot = polled(rejecting(CHECKOUT.name), checkout!, v1!, v2!, shop);
    const slices = fresh(new Map());
    const without = { ...snapshot, cluster: { ...snapshot.cluster, endpointSlices: slices } };
    assert.match(inMesh(without, 'endpoints'), /^finding: payment: payment-svc has no endpoint/);
  });
});

const TRAFFIC: Readonly<Record<string, readonly [countings: (mesh: PolledMesh) => readonly Counting[], said: RegExp]>> =
  {
    'requests divided as declared': [(mesh) => steady(mesh, UNTIL, () => 0.1), /^ok: 1 split as declared$/],
    'a canary that nobody reaches': [
      (mesh) => steady(mesh, UNTIL),
      /^finding: canary payment-svc\/v2 declared 10 %, observed 0 %$/,
    ],
    'a canary that gets half': [
      (mesh) => steady(mesh, UNTIL, () => 0.5),
      /^finding: canary payment-svc\/v2 declared 10 %, observed 50 %$/,
    ],
    'few requests': [
      () =>
        [BEGIN, DECLARED, DECLARED + 30, UNTIL].map((at, nth) => ({
          at,
          requests: [{ shape: shape(), count: nth * 5 }],
          config: configWith([canary(90, 10)]),
        })),
      /^unknown: .*too few requests to judge by: 15 requests in 4 min$/,
    ],
    'requests of another route': [
      () =>
        [BEGIN, DECLARED, UNTIL].map((at, nth) => ({
          at,
          requests: [{ shape: shape({ route: 'other' }), count: nth * 5_000 }],
          config: configWith([canary(90, 10)]),
        })),
      /^unknown: .*too few requests to judge by: 0 requests/,
    ],
    'the first moment of counting': [(mesh) => steady(mesh, UNTIL).slice(-1), /^unknown: .*too short a time/],
  };

describe('declared and observed shares', () => {
  for (const [about, [countings, expected]] of Object.entries(TRAFFIC)) {
    test(about, () => assert.match(said(declared(countings), 'routes'), expected));
  }

  describe('of a pod that no split is known to concern', () => {
    const CART = { namespace: 'shop', name: 'cart-5c7d8e9f6b-x2x4z' };
    const NOTHING = 'no weights divide requests';
    /** A new pod in the mesh with the canary, listed or cut off, and these requests of its own beside those of others. */
    function withCart(
      isListed: boolean,
      own: readonly Partial<RequestShape>[],
      canaries = [canary(90, 10)],
    ): MeshSnapshot {
      const mesh = paymentMesh();
      mesh.setCluster({
        config: configWith(canaries),
        pods: fresh(
          new Map([...known(mesh.snapshot.cluster.pods)!, [`shop/${CART.name}`, pod(CART.namespace, CART.name)]]),
        ),
      });
      const cartRow = connection(CART.namespace, CART.name, { cds: sync('n2', DECLARED) });
      for (const at of [DECLARED, DECLARED + 10, UNTIL]) {
        mesh.poll(at, [answer([...listed('n2', DECLARED), ...(isListed ? [cartRow] : [])])]);
      }
      const shapes = own.map((each) => shape({ proxyNamespace: 'shop', workload: 'cart', ...each }));
      const countings = steady(mesh, UNTIL).map((each, nth) => ({
        ...each,
        requests: [...each.requests, ...shapes.map((one) => ({ shape: one, count: nth }))],
      }));
      return withTraffic(mesh.snapshot, countings);
    }
    const CALLS: readonly (readonly [about: string, snapshot: () => MeshSnapshot, said: string])[] = [
      ['cut off', () => withCart(false, []), 'unknown: rung 1 not passed'],
      ['cut off, after it called others', () => withCart(false, [{ destination: 'x' }]), 'unknown: rung 1 not passed'],
      ['idle', () => withCart(true, []), 'unknown: whom it calls is not known: it logged no request in 4 min'],
      ['idle, where nothing is divided', () => withCart(true, [], [canary(100, 0)]), `ok: ${NOTHING}`],
      ['that calls others', () => withCart(true, [{ destination: 'x' }]), `ok: ${NOTHING}`],
      ['that is only called', () => withCart(true, [{ direction: 'inbound', destination: 'cart' }]), `ok: ${NOTHING}`],
      [
        'that nobody counts',
        () => ({ ...withCart(true, []), traffic: { state: 'pending' } }),
        'unknown: whom it calls is not known: no traffic source',
      ],
    ];
    for (const [about, snapshot, expected] of CALLS) {
      test(about, () => assert.equal(said(snapshot(), 'routes', CART), expected));
    }
  });

  test('without a traffic source', () => {
    const mesh = paymentMesh();
    mesh.setCluster({ config: configWith([canary(90, 10)]) });
    mesh.poll(DECLARED, [answer(listed('n2', DECLARED))]);
    assert.match(said(mesh.snapshot, 'routes'), /^unknown: .*no traffic source$/);
  });

  test('where logging is filtered, no share is told', () => {
    const snapshot = declared((mesh) => steady(mesh, UNTIL));
    const filtered = istioObject('Telemetry', 'errors', {
      accessLogging: [{ filter: { expression: 'response.code >= 500' }, providers: [{ name: 'envoy' }] }],
    });
    const config = { ...snapshot.cluster.config, 'telemetries.telemetry.istio.io': fresh(objects([filtered])) };
    const changed = { ...snapshot, cluster: { ...snapshot.cluster, config } };
    assert.match(said(changed, 'routes'), /^unknown: .*callers log only some requests/);
  });

  test('unnamed routes that disagree, and objects that do, cannot be told apart', () => {
    const to = (subset: string, weight: number): object => ({ destination: { host: 'payment-svc', subset }, weight });
    const unnamed = istioObject('VirtualService', 'other', {
      hosts: ['payment-svc'],
      http: [
        { match: [{ uri: { prefix: '/v1' } }], route: [to('v1', 90), to('v2', 10)] },
        { route: [to('v1', 50), to('v2', 50)] },
      ],
    });
    const rival = { ...canary(50, 50), name: 'rival' };
    for (const [second, expected] of [
      [unnamed, /several routes without a name disagree/],
      [rival, /divides the same route otherwise/],
    ] as const) {
      const config = configWith([canary(90, 10), second]);
      const snapshot = declared((mesh) => {
        mesh.setCluster({ config });
        return steady(mesh, UNTIL, () => 0.1).map((counting) => ({ ...counting, config }));
      });
      const changed = { ...snapshot, cluster: { ...snapshot.cluster, config } };
      assert.match(said(changed, 'routes'), expected);
    }
  });
});

/** A mesh in sync in which these lines were logged in the last minutes. */
function logged(...lines: readonly (readonly [count: number, changes: Partial<RequestShape>])[]): MeshSnapshot {
  return declared(() =>
    [BEGIN, UNTIL].map((at, nth) => ({
      at,
      requests: lines.map(([count, changes]) => ({ shape: shape(changes), count: count * nth })),
      config: configWith([]),
      proxyLogs: [{ proxyNamespace: 'payment', workload: 'checkout-v1', level: 'debug', count: 40 * nth }],
    })),
  );
}

/** With these AuthorizationPolicies of `payment`, and no others. */
function withPolicies(snapshot: MeshSnapshot, ...names: readonly string[]): MeshSnapshot {
  const policies = names.map((name) => istioObject('AuthorizationPolicy', name, { action: 'DENY' }));
  const config = { ...snapshot.cluster.config, 'authorizationpolicies.security.istio.io': fresh(objects(policies)) };
  return { ...snapshot, cluster: { ...snapshot.cluster, config } };
}

describe('what logs tell', () => {
  test('flags, with what they are a part of and the way to read them', () => {
    const snapshot = logged([990, {}], [40, { responseCode: 503, flags: ['UF', 'URX'] }]);
    assert.equal(
      said(snapshot, 'response-flags'),
      'finding: UF on 40 of 1,030 requests to payment-svc, URX on 40 of 1,030 requests to payment-svc',
    );
    const few = logged([9_990, {}], [4, { responseCode: 503, flags: ['UF'] }]);
    assert.match(said(few, 'response-flags'), /^ok: no failure on more than 1 % of 9,994 log lines/);
    assert.match(said(logged([100, {}], [50, { flags: ['DC'] }]), 'response-flags'), /^ok/);
  });

  test('where TLS fails, the rung that says who wants what', () => {
    const hints = (...lines: readonly (readonly [number, Partial<RequestShape>])[]): readonly string[] =>
      examineLadder(logged(...lines))
        .find(({ id }) => id === 'response-flags')!
        .evidence.filter((line) => line.includes('rung 5'));
    const reset = 'upstream_reset_before_response_started:connection_termination';
    const words = (told: string): string =>
      `${told}: client and server disagree on TLS; rung 5 (mtls) says who wants what`;
    assert.deepEqual(hints([9, { flags: ['NR'], details: 'filter_chain_not_found' }]), [
      words('filter_chain_not_found'),
    ]);
    assert.deepEqual(
      hints([9, { flags: ['UC'], details: reset }], [2, { flags: ['UC'], details: `${reset}:tls_error` }]),
      [words('tls_error')],
    );
    assert.deepEqual(hints([9, { flags: ['UC'], details: reset }]), []);
    assert.deepEqual(hints([990, {}], [1, { flags: ['UC'], details: 'x:unknown_ca' }]), []);
  });

  test('denials by policy; an answer of the application is none', () => {
    const denial = { policyNamespace: 'payment', policy: 'deny-admin', rule: '0' };
    const snapshot = logged([7, { direction: 'inbound', responseCode: 403, denial }], [9, { responseCode: 403 }]);
    const words = 'requests denied in 4 min by AuthorizationPolicy payment/deny-admin';
    assert.equal(said(withPolicies(snapshot, 'deny-admin'), 'authorization'), `finding: 7 ${words}`);
    assert.equal(said(logged([9, { responseCode: 403 }]), 'authorization'), 'ok: no AuthorizationPolicy in the way');
  });

  const NO_POLICY: readonly (readonly [policy: string, words: string])[] = [
    ['none', 'no ALLOW policy that matched'],
    ['unknown', 'an RBAC filter that is no AuthorizationPolicy'],
  ];
  for (const [policy, words] of NO_POLICY) {
    test(`denials by ${policy}: the policies of the namespace are listed, none of that name is asked for`, () => {
      const denial = { policyNamespace: '', policy, rule: '' };
      const snapshot = logged([7, { direction: 'inbound', responseCode: 403, denial }]);
      assert.equal(said(snapshot, 'authorization'), `finding: 7 requests denied in 4 min by ${words}`);
      const { next } = examineLadder(snapshot, {}).find(({ id }) => id === 'authorization')!;
      assert.equal(next, 'kubectl -n payment get authorizationpolicies');
    });
  }

  test('a policy that is deleted is no finding once it denies no more', () => {
    const denial = { policyNamespace: 'payment', policy: 'deny-admin', rule: '0' };
    const until = (last: number, by: typeof denial): MeshSnapshot => {
      const denied = shape({ direction: 'inbound', responseCode: 403, denial: by });
      return declared(() =>
        [
          [BEGIN, 0],
          [UNTIL - 30, last],
          [UNTIL, 7],
        ].map(([at = 0, count = 0]) => ({ at, requests: [{ shape: denied, count }], config: configWith([]) })),
      );
    };
    const words = 'AuthorizationPolicy payment/deny-admin';
    const over = `ok: no longer: 7 requests denied in 4 min by ${words}, gone since`;
    assert.equal(said(withPolicies(until(7, denial)), 'authorization'), over);
    // A proxy that has not heard of it goes on.
    const going = `finding: 7 requests denied in 4 min by ${words}, which is gone`;
    assert.equal(said(withPolicies(until(5, denial)), 'authorization'), going);
    // Neither is a policy that stands, nor one that a ztunnel made, nor what nobody allowed.
    for (const policy of ['deny-admin', 'istio_converted_static_strict', 'none']) {
      const snapshot = withPolicies(until(7, { ...denial, policy }), 'deny-admin');
      assert.match(said(snapshot, 'authorization'), /^finding: 7 requests denied in 4 min by [^,]*$/);
    }
  });

  test('debug lines', () => {
    assert.equal(said(logged([9, {}]), 'proxy-logging'), 'finding: 40 debug lines by checkout-v1.payment in 4 min');
  });
});

describe('what objects tell', () => {
  const healthy = (): MeshSnapshot => declared((mesh) => steady(mesh, UNTIL, () => 0.1));

  test('a service with nobody ready, and a subset that gets requests and has nobody', () => {
    const snapshot = healthy();
    const none = { ...snapshot, cluster: { ...snapshot.cluster, endpointSlices: fresh(new Map()) } };
    assert.equal(said(none, 'endpoints'), 'finding: payment-svc has no endpoint');
    const rule = istioObject('DestinationRule', 'payment-svc', {
      host: 'payment-svc',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v9' } },
        { name: 'unused', labels: { version: 'v8' } },
      ],
    });
    const config = { ...snapshot.cluster.config, 'destinationrules.networking.istio.io': fresh(objects([rule])) };
    assert.equal(
      said({ ...snapshot, cluster: { ...snapshot.cluster, config } }, 'endpoints'),
      'finding: subset v2 of payment-svc, which gets requests, has no ready endpoint',
    );
    assert.equal(said(snapshot, 'endpoints'), 'ok: 1 service with ready endpoints');
    // Whose requests fail is asked about as well as who does not answer.
    assert.equal(
      said({ ...snapshot, cluster: { ...snapshot.cluster, config } }, 'endpoints', CHECKOUT),
      'finding: subset v2 of payment-svc, which gets requests, has no ready endpoint',
    );
  });

  test('plaintext to a STRICT server', () => {
    const snapshot = healthy();
    const config = {
      ...snapshot.cluster.config,
      'peerauthentications.security.istio.io': fresh(
        objects([istioObject('PeerAuthentication', 'default', { mtls: { mode: 'STRICT' } })]),
      ),
      'destinationrules.networking.istio.io': fresh(
        objects([
          istioObject('DestinationRule', 'plain', { host: 'payment-svc', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
        ]),
      ),
    };
    for (const about of [{}, CHECKOUT]) {
      assert.equal(
        said({ ...snapshot, cluster: { ...snapshot.cluster, config } }, 'mtls', about),
        'finding: payment-svc: callers are told to send plaintext, and the server is STRICT',
      );
    }
  });

  test('a route to a subset that no rule names: an error of its namespace, and of no other', () => {
    const to = { destination: { host: 'payment-svc', subset: 'v9' } };
    const bad = istioObject('VirtualService', 'bad', { hosts: ['payment-svc'], http: [{ route: [to] }] });
    const snapshot = healthy();
    const changed = { ...snapshot, cluster: { ...snapshot.cluster, config: configWith([bad]) } };
    const payment = examineAnalysis(changed, { namespace: 'payment' });
    assert.deepEqual([payment.verdict, payment.summary], ['finding', 'IST0101 on VirtualService/payment/bad']);
    assert.equal(payment.next, 'meshladder analyze -n payment');
    assert.equal(examineAnalysis(changed, { namespace: 'other' }).verdict, 'ok');
    assert.equal(examineAnalysis(emptySnapshot(epochSeconds(1)), {}).verdict, 'unknown');
  });

  test('a pod that nobody knows', () => {
    const NOBODY = { namespace: 'payment', name: 'nobody' };
    const unread = { ...healthy().cluster, pods: { state: 'failed', error: REFUSED } } as const;
    for (const snapshot of [healthy(), { ...healthy(), cluster: unread }]) {
      const [controlPlane, ...others] = examineLadder(snapshot, NOBODY).map(({ verdict }) => verdict);
      assert.deepEqual([controlPlane, ...new Set(others)], ['ok', 'unknown']);
      assert.equal(said(snapshot, 'routes', NOBODY), 'unknown: nobody knows such a pod');
    }
    assert.equal(said(healthy(), 'in-mesh', NOBODY), 'unknown: there is no such pod');
    // What its workload did stands, though the pod is gone.
    const gone = { namespace: 'payment', name: 'checkout-v1-5c7d8e9f6b-zzzzz' };
    const failing = declared(() =>
      [BEGIN, UNTIL].map((at, nth) => ({
        at,
        requests: [{ shape: shape({ responseCode: 503, flags: ['UF'] }), count: nth * 50 }],
        config: configWith([]),
      })),
    );
    assert.match(said(failing, 'response-flags', gone), /^finding: /);
  });
});

describe('what cannot be asked', () => {
  test('an istiod that does not answer is a finding, and its proxies are unknown', () => {
    const mesh = paymentMesh();
    mesh.poll(BEGIN + 10, [answer(listed('n1'), {}, REFUSED)]);
    assert.equal(said(mesh.snapshot, 'control-plane'), 'finding: 1 of 1 istiod does not answer');
    assert.equal(said(mesh.snapshot, 'config-synced'), 'unknown: the istiod of 3 proxies cannot be asked');
    assert.equal(said(mesh.snapshot, 'mtls'), 'unknown: rung 2 not passed');
  });

  describe('of a connection nothing is known', () => {
    const gone = (istiods: Parameters<PolledMesh['poll']>[1]): MeshSnapshot => {
      const mesh = paymentMesh();
      playIncident(mesh, 'gone', 60);
      assert.match(said(mesh.snapshot, 'in-mesh', CHECKOUT), /^finding: 1 proxy MISSING/);
      mesh.poll(DECLARED + 70, istiods);
      return mesh.snapshot;
    };

    test('while no istiod answers, though the proxy was missing a moment before', () => {
      for (const about of [CHECKOUT, { namespace: 'payment' }]) {
        assert.equal(said(gone([answer([], {}, REFUSED)]), 'in-mesh', about), 'unknown: rung 0 not passed');
        assert.equal(said(gone([]), 'in-mesh', about), 'unknown: rung 0 not passed');
      }
    });

    test('while the istiod that may list it does not answer', () => {
      const other = answer(listed('n1').slice(1), { name: 'istiod-2' });
      const words = 'unknown: the istiod of 1 proxy cannot be asked';
      const snapshot = gone([answer([], {}, REFUSED), other]);
      for (const about of [CHECKOUT, { namespace: 'payment' }]) assert.equal(said(snapshot, 'in-mesh', about), words);
      assert.match(said(snapshot, 'in-mesh', { namespace: 'payment', name: listed('n1')[1]!.name }), /^ok/);
    });

    test('while the only istiod has just begun', () => {
      const words = 'unknown: 1 proxy not listed by an istiod yet: the next polls tell';
      assert.equal(said(gone([answer([], { startedAt: epochSeconds(DECLARED + 65) })]), 'in-mesh', CHECKOUT), words);
    });

    test('before a proxy that has just begun is listed', () => {
      const mesh = paymentMesh();
      const proxy = { native: false, running: true, startedAt: epochSeconds(BEGIN + 9), restarts: 0 };
      mesh.setPods([pod('payment', 'new', { proxy })]);
      mesh.poll(BEGIN + 10, [answer([])]);
      const words = 'unknown: its proxy has not connected yet';
      assert.equal(said(mesh.snapshot, 'in-mesh', { namespace: 'payment', name: 'new' }), words);
    });
  });

  test('before any source has spoken nothing is known, and nothing is said to be well', () => {
    const report = examineMesh(emptySnapshot(epochSeconds(1)));
    assert.deepEqual(new Set(report.rungs.map(({ verdict }) => verdict)), new Set(['unknown']));
    assert.equal(report.verdict, 'unknown');
  });

  test('what was heard too long ago is no news', () => {
    const snapshot = { ...declared((mesh) => steady(mesh, UNTIL, () => 0.1)), takenAt: epochSeconds(UNTIL + 600) };
    assert.equal(said(snapshot, 'control-plane'), 'unknown: istiod was last heard 10 min ago');
    assert.equal(said(snapshot, 'endpoints'), 'unknown: rung 0 not passed');
  });
});

test('whatever a snapshot holds, each rung answers, for whomever is asked', () => {
  const word = fc.constantFrom('payment', 'payment-svc', 'v1', 'a b', '', '\u0000', "x'; rm -rf /", CHECKOUT.name);
  const value = fc.oneof(fc.jsonValue() as fc.Arbitrary<unknown>, word);
  const spec = fc.dictionary(
    fc.constantFrom('hosts', 'http', 'host', 'subsets', 'mtls', 'rules', 'action', 'selector'),
    value,
  );
  const asked = fc.record({ namespace: word, name: word }, { requiredKeys: [] });
  const line = fc.record({
    proxyNamespace: word,
    workload: word,
    direction: fc.constantFrom('inbound', 'outbound', 'unknown'),
    destination: word,
    subset: word,
    route: word,
    responseCode: fc.integer(),
    flags: fc.array(word),
    details: word,
  });
  fc.assert(
    fc.property(
      fc.array(spec),
      fc.array(fc.tuple(line, fc.nat())),
      asked,
      fc.integer({ min: -1e6, max: 1e6 }),
      (specs, lines, about, ago) => {
        const mesh = paymentMesh();
        const all = fresh(objects(specs.map((each, nth) => istioObject('Any', `o${nth}`, each))));
        mesh.setCluster({ config: Object.fromEntries(Object.keys(configWith([])).map((key) => [key, all])) });
        const requests = lines.map(([each, count]) => ({ shape: each as RequestShape, count }));
        const { config } = mesh.snapshot.cluster;
        const snapshot = withTraffic(mesh.snapshot, [
          { at: BEGIN + ago, requests: [], config },
          { at: BEGIN + 60, requests, config },
        ]);
        const scope = about.namespace === undefined ? {} : about;
        for (const { verdict, summary, next = '' } of [
          ...examineLadder(snapshot, scope),
          ...examineMesh(snapshot).rungs,
        ]) {
          assert.ok(['ok', 'finding', 'unknown'].includes(verdict) && summary !== '');
          assert.ok(!/(^|[^'\\])rm -rf/.test(next.replaceAll(String.raw`'\''`, '').replaceAll(/'[^']*'/g, '')), next);
        }
      },
    ),
    { numRuns: 150 },
  );
});
