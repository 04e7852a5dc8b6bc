import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { known } from '../../../src/model/observed.ts';
import type { MeshSnapshot } from '../../../src/model/snapshot.ts';
import type { RequestShape } from '../../../src/model/traffic.ts';
import type { ConfigObject, MeshConfig, Service } from '../../../src/model/workload.ts';
import { examineAuthorization } from '../../../src/rungs/authorization/examine.ts';
import type { Finding } from '../../../src/rungs/rung.ts';
import { answer, fresh, objects } from '../../support/mesh.ts';
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

const UNTIL = DECLARED + 200;
const SERVER = 'payment-svc-v2-7b9c6d5f4e-m8zrt.payment';

interface Changes {
  readonly policies: readonly ConfigObject[];
  readonly rules?: readonly ConfigObject[];
  readonly request?: Partial<RequestShape>;
  readonly ports?: Service['ports'];
  readonly mesh?: MeshConfig['raw'];
}

/** checkout has called payment-svc a hundred times, with these objects in the mesh. */
function called({ policies, rules, request = {}, ports, mesh: raw = {} }: Changes): MeshSnapshot {
  const mesh = paymentMesh();
  const config = {
    ...configWith([canary(90, 10)]),
    'authorizationpolicies.security.istio.io': fresh(objects(policies)),
    ...(rules && { 'destinationrules.networking.istio.io': fresh(objects(rules)) }),
  };
  mesh.setCluster({ config });
  const meshConfigs = [...(known(mesh.snapshot.cluster.meshConfigs)?.values() ?? [])];
  mesh.setCluster({ meshConfigs: fresh(objects(meshConfigs.map((each) => ({ ...each, raw })))) });
  const services = [...(known(mesh.snapshot.cluster.services)?.values() ?? [])];
  if (ports !== undefined) mesh.setCluster({ services: fresh(objects(services.map((each) => ({ ...each, ports })))) });
  mesh.poll(UNTIL, [answer(listed('n1'))]);
  return withTraffic(
    mesh.snapshot,
    [BEGIN, UNTIL].map((at, nth) => ({ at, requests: [{ shape: shape(request), count: nth * 100 }], config })),
  );
}

function policy(
  name: string,
  spec: ConfigObject['spec'],
  selected: Readonly<Record<string, string>> = {},
): ConfigObject {
  const matchLabels = { app: 'payment-svc', ...selected };
  return istioObject('AuthorizationPolicy', name, { selector: { matchLabels }, ...spec });
}

const FROM_CHECKOUT = [{ source: { principals: ['cluster.local/ns/payment/sa/default'] } }];
const FROM_OTHERS = [{ source: { namespaces: ['web'] } }];
const DENY = policy('deny-checkout', { action: 'DENY', rules: [{ from: FROM_CHECKOUT }] });
const READERS = policy('readers', {
  rules: [{ to: [{ operation: { methods: ['GET'], paths: ['/pay', '/status'] } }] }],
});
const ASK = policy('ask', { action: 'CUSTOM', provider: { name: 'opa' }, rules: [{}] });
const HTTP = [{ port: 8080, protocol: 'TCP' }] as const;

function brief({ verdict, summary, evidence, next }: Finding): readonly string[] {
  return [`${verdict}: ${summary}`, ...evidence.filter((line) => !line.includes('in front of')), `next: ${next}`];
}

const OK = 'ok: nothing denied in 4 min';
const NONE = 'ok: no AuthorizationPolicy in the way';
const TABLE: Readonly<Record<string, readonly [Changes, readonly string[]]>> = {
  'denied by name, whatever it asks': [
    { policies: [DENY] },
    [
      'finding: requests to payment-svc denied by AuthorizationPolicy payment/deny-checkout, rule 0',
      'payment-svc: denied by AuthorizationPolicy payment/deny-checkout, rule 0',
      'next: kubectl -n payment get authorizationpolicy deny-checkout -o yaml',
    ],
  ],
  'denied at one of two workloads': [
    { policies: [policy('deny-v2', { action: 'DENY', rules: [{ from: FROM_CHECKOUT }] }, { version: 'v2' })] },
    [
      'finding: requests to payment-svc-v2 of payment-svc denied by AuthorizationPolicy payment/deny-v2, rule 0',
      'payment-svc-v2 of payment-svc: denied by AuthorizationPolicy payment/deny-v2, rule 0',
      'next: kubectl -n payment get authorizationpolicy deny-v2 -o yaml',
    ],
  ],
  'not among those who are let in': [
    { policies: [policy('web-only', { rules: [{ from: FROM_OTHERS }] }, { version: 'v2' })] },
    [
      'finding: requests to payment-svc-v2 of payment-svc denied by its ALLOW policies, of which no rule matches',
      'payment-svc-v2 of payment-svc: denied by its ALLOW policies, of which no rule matches',
      `next: meshladder authz ${SERVER} --from checkout-v1-5c7d8e9f6b-qw4rt.payment --port 8080`,
    ],
  ],
  'let in': [{ policies: [policy('checkout', { rules: [{ from: FROM_CHECKOUT }] })] }, [NONE, 'next: undefined']],
  'let in by one rule, whatever another admits': [
    { policies: [policy('checkout', { rules: [{ from: FROM_CHECKOUT }] }), READERS] },
    [NONE, 'next: undefined'],
  ],
  'a dry run denies nobody': [
    { policies: [{ ...DENY, annotations: { 'istio.io/dry-run': 'true' } }] },
    [NONE, 'next: undefined'],
  ],
  'a policy of somebody else': [
    { policies: [policy('other', { action: 'DENY' }, { app: 'cart' })] },
    [NONE, 'next: undefined'],
  ],
  'it hangs on the request, and nothing was refused': [
    { policies: [READERS] },
    [
      OK,
      'payment-svc: may be denied: rule 0 of payment/readers admits only the method GET with the path /pay, /status',
      'next: undefined',
    ],
  ],
  'it hangs on the request, and there were 403': [
    { policies: [READERS], request: { responseCode: 403 } },
    [
      'unknown: payment-svc answered 100 requests with 403, by a policy or by itself; may be denied: rule 0 of payment/readers admits only the method GET with the path /pay, /status',
      'payment-svc: may be denied: rule 0 of payment/readers admits only the method GET with the path /pay, /status',
      `next: meshladder authz payment-svc-v1-6d8f9b7c5d-2xkqp.payment --from checkout-v1-5c7d8e9f6b-qw4rt.payment --port 8080`,
    ],
  ],
  'a DENY rule that hangs on the path, and all that is not let in': [
    {
      policies: [
        policy('admin', {
          action: 'DENY',
          rules: [{ from: FROM_CHECKOUT, to: [{ operation: { paths: ['/admin*'], notPaths: ['/admin/health'] } }] }],
        }),
      ],
    },
    [
      OK,
      'payment-svc: may be denied: rule 0 of payment/admin denies the path /admin* but /admin/health',
      'next: undefined',
    ],
  ],
  'an authorizer that the mesh has not': [
    { policies: [ASK] },
    [
      'finding: requests to payment-svc denied by AuthorizationPolicy payment/ask, rule 0',
      'payment-svc: denied by AuthorizationPolicy payment/ask, rule 0',
      'next: kubectl -n payment get authorizationpolicy ask -o yaml',
    ],
  ],
  'an authorizer outside decides': [
    { policies: [ASK], mesh: { extensionProviders: [{ name: 'opa', envoyExtAuthzGrpc: {} }] } },
    [
      OK,
      'payment-svc: cannot be told: CUSTOM policy payment/ask rule 0 matches: external authorizer opa decides',
      'next: undefined',
    ],
  ],
  'one of two ports': [
    {
      policies: [policy('no-admin', { action: 'DENY', rules: [{ to: [{ operation: { ports: ['9000'] } }] }] })],
      ports: [...HTTP, { port: 9000, protocol: 'TCP' }],
    },
    [OK, 'payment-svc: on port 9000 denied by AuthorizationPolicy payment/no-admin, rule 0', 'next: undefined'],
  ],
  'a caller told to send plaintext shows no name': [
    {
      policies: [policy('checkout', { rules: [{ from: FROM_CHECKOUT }] })],
      rules: [
        istioObject('DestinationRule', 'plain', { host: 'payment-svc', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
      ],
    },
    [
      OK,
      'payment-svc: may be denied: rule 0 of payment/checkout admits only the principal cluster.local/ns/payment/sa/default',
      'next: undefined',
    ],
  ],
  'a service that it did not call': [
    { policies: [DENY], request: { destination: 'cart.shop.svc.cluster.local' } },
    [NONE, 'next: undefined'],
  ],
};

describe('what a caller is told of the servers it calls', () => {
  for (const [about, [changes, expected]] of Object.entries(TABLE)) {
    test(about, () => assert.deepEqual(brief(examineAuthorization(called(changes), CHECKOUT)), expected));
  }

  test('the namespace is told nothing of one caller', () => {
    const finding = examineAuthorization(called({ policies: [DENY] }), { namespace: 'payment' });
    assert.equal(finding.verdict, 'ok');
  });

  test('without services or policies nothing is foreseen', () => {
    const snapshot = called({ policies: [DENY] });
    const { cluster } = snapshot;
    for (const part of [{ services: { state: 'pending' } }, { config: {} }] as const) {
      const { verdict } = examineAuthorization({ ...snapshot, cluster: { ...cluster, ...part } }, CHECKOUT);
      assert.notEqual(verdict, 'finding');
    }
  });
});
