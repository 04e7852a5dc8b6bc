import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import { examineLadder } from '../../src/rungs/examine-ladder.ts';
import { answer, connection, fresh, objects, pod, sync } from '../support/mesh.ts';
import { BEGIN, CHECKOUT, configWith, istioObject, listed, paymentMesh } from '../support/payment-incident.ts';

interface Changes {
  readonly accessLogFile?: string;
  readonly gateway?: boolean;
  /** Of the AuthorizationPolicy; default: all of the namespace. */
  readonly selected?: Readonly<Record<string, string>>;
}

/** The mesh as one look sees it: nobody counts, and a policy stands in the way. */
function looked({ accessLogFile = '/dev/stdout', gateway = false, selected = {} }: Changes = {}): MeshSnapshot {
  const mesh = paymentMesh();
  const policy = istioObject('AuthorizationPolicy', 'deny', { action: 'DENY', selector: { matchLabels: selected } });
  const meshConfig = { namespace: 'istio-system', name: 'istio', revision: 'default', accessLogFile, raw: {} };
  mesh.setCluster({
    config: { ...configWith([]), 'authorizationpolicies.security.istio.io': fresh(objects([policy])) },
    meshConfigs: fresh(objects([meshConfig])),
  });
  const inbound = connection('payment', 'ingress-1', { cds: sync('n1'), lds: sync('n1') }, { type: 'router' });
  if (gateway) {
    const pods = mesh.snapshot.cluster.pods;
    if (pods.state === 'fresh') {
      mesh.setCluster({ pods: fresh(new Map([...pods.value, ['payment/ingress-1', pod('payment', 'ingress-1')]])) });
    }
  }
  mesh.poll(BEGIN + 10, [answer([...listed('n1'), ...(gateway ? [inbound] : [])])]);
  return mesh.snapshot;
}

const logsOf = (name: string, reader: string): string =>
  `kubectl -n payment logs ${name} -c istio-proxy --since=10m | ${reader}`;
const POD = CHECKOUT.name;
const SERVER = 'payment-svc-v1-6d8f9b7c5d-2xkqp';
const OFF = 'kubectl get telemetries.telemetry.istio.io -A -o yaml';

describe('where nobody counts, the commands that read the logs by hand', () => {
  const cases: readonly (readonly [
    about: string,
    changes: Changes,
    scope: object,
    nexts: readonly (string | null)[],
  ])[] = [
    [
      'of a pod, its own',
      {},
      CHECKOUT,
      [logsOf(POD, 'grep rbac_access_denied'), logsOf(POD, 'meshladder flags'), `meshladder config log ${POD}.payment`],
    ],
    [
      "of a namespace, those of one whom policies guard, and a gateway's for flags",
      { gateway: true, selected: { app: 'payment-svc' } },
      { namespace: 'payment' },
      [
        logsOf(SERVER, 'grep rbac_access_denied'),
        logsOf('ingress-1', 'meshladder flags'),
        `meshladder config log ${POD}.payment`,
      ],
    ],
    [
      'where nothing is logged, what would turn it on',
      { accessLogFile: '' },
      CHECKOUT,
      [OFF, OFF, `meshladder config log ${POD}.payment`],
    ],
    ['of a namespace without proxies, none', {}, { namespace: 'istio-system' }, [null, null, null]],
  ];
  for (const [about, changes, scope, expected] of cases) {
    test(about, () => {
      const entries = examineLadder(looked(changes), scope);
      const nexts = ['authorization', 'response-flags', 'proxy-logging'].map((id) => {
        return entries.find((entry) => entry.id === id)?.next ?? null;
      });
      assert.deepEqual(nexts, expected);
    });
  }
});
