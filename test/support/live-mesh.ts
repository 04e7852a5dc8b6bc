import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReplayedAdmin, startAdmin, startIstiodDumps } from './envoy-admin.ts';
import { CHECKOUT, GATEWAY, PAYMENT } from './envoy-dump.ts';
import { type PortForwardServer, startPortForwardServer } from './port-forward-server.ts';

/** A cluster with a few pods of the recorded mesh, whose Envoys and istiods answer through forwarded ports. */
export interface TestMesh {
  readonly server: PortForwardServer;
  readonly kubeconfig: string;
  /** By `POD.NAMESPACE`. */
  readonly admins: ReadonlyMap<string, ReplayedAdmin>;
  readonly istiods: readonly ReplayedAdmin[];
  stop(): Promise<void>;
}

/** Another replica of payment-svc-v1, whose Envoy has the same. */
export const PAYMENT_TWIN = 'payment-svc-v1-6d8f9b7c5d-9zzzz.payment';

interface PodFacts {
  readonly app: string;
  readonly ready?: boolean;
  readonly proxy?: boolean | 'waiting';
  readonly phase?: string;
}

/** @param pod `POD.NAMESPACE` */
function podObject(pod: string, facts: PodFacts, nth: number): object {
  const { app, ready = true, proxy = true, phase = 'Running' } = facts;
  const [name = '', namespace = ''] = [pod.slice(0, pod.lastIndexOf('.')), pod.slice(pod.lastIndexOf('.') + 1)];
  const state = proxy === 'waiting' ? { waiting: {} } : { running: { startedAt: '2026-01-31T12:00:00Z' } };
  const status = { name: 'istio-proxy', state, ready, restartCount: 0 };
  return {
    metadata: { name, namespace, uid: pod, creationTimestamp: '2026-01-31T12:00:00Z', labels: { app } },
    spec: { containers: [{ name: 'app' }, ...(proxy === false ? [] : [{ name: 'istio-proxy', image: 'proxyv2' }])] },
    status: {
      phase,
      podIP: `10.44.0.${nth + 9}`,
      podIPs: [{ ip: `10.44.0.${nth + 9}` }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: proxy === false ? [] : [status],
    },
  };
}

const PODS: Readonly<Record<string, PodFacts>> = {
  [CHECKOUT]: { app: 'checkout' },
  [PAYMENT]: { app: 'payment-svc', ready: false },
  [PAYMENT_TWIN]: { app: 'payment-svc' },
  'orders-5f6c7d8e9f-aaaaa.payment': { app: 'orders', proxy: false },
  'ledger-6c7d8e9f5f-bbbbb.payment': { app: 'ledger', proxy: 'waiting', phase: 'Pending' },
  [GATEWAY]: { app: 'istio-ingressgateway' },
  'istiod-7c9d8b6f5a-first.istio-system': { app: 'istiod', proxy: false },
  'istiod-7c9d8b6f5a-second.istio-system': { app: 'istiod', proxy: false },
};

export async function startTestMesh(): Promise<TestMesh> {
  const server = await startPortForwardServer();
  putObjects(server);
  const admins = new Map<string, ReplayedAdmin>();
  for (const [pod, name] of [
    [CHECKOUT, CHECKOUT],
    [PAYMENT, PAYMENT],
    [PAYMENT_TWIN, PAYMENT],
    [GATEWAY, GATEWAY],
  ] as const) {
    const admin = await startAdmin(`healthy/${name}`);
    admins.set(pod, admin);
    server.lead(pod, 15_000, { kind: 'tcp', port: admin.port });
  }
  const istiods = [
    await startIstiodDumps({ [GATEWAY]: `healthy/${GATEWAY}` }, { [GATEWAY]: 'stale' }),
    await startIstiodDumps(
      { [CHECKOUT]: `healthy/${CHECKOUT}`, [PAYMENT]: `stale/${PAYMENT}` },
      { [CHECKOUT]: 'synced', [PAYMENT]: 'synced', [PAYMENT_TWIN]: 'synced' },
    ),
  ];
  for (const [nth, { port }] of istiods.entries()) {
    server.lead(`istiod-7c9d8b6f5a-${nth === 0 ? 'first' : 'second'}.istio-system`, 15_014, { kind: 'tcp', port });
  }
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-kube-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigOf(server.url));
  return {
    server,
    kubeconfig,
    admins,
    istiods,
    async stop() {
      await Promise.all([...admins.values(), ...istiods, server].map((each) => each.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function putObjects({ objects }: PortForwardServer): void {
  const pods = Object.entries(PODS).map(([pod, facts], nth) => podObject(pod, facts, nth) as Named);
  objects.set('/api/v1/pods', listOf(pods));
  const namespaces = [...new Set(pods.map(({ metadata }) => metadata.namespace))];
  for (const namespace of namespaces) {
    const items = pods.filter(({ metadata }) => metadata.namespace === namespace);
    objects.set(`/api/v1/namespaces/${namespace}/pods`, listOf(items));
    for (const item of items) objects.set(`/api/v1/namespaces/${namespace}/pods/${item.metadata.name}`, item);
  }
  objects.set('/api/v1/namespaces', listOf(namespaces.map((name) => ({ metadata: { name } }))));
  // The API lists nothing in a namespace that is not there.
  for (const name of ['nowhere', 'paymnt']) objects.set(`/api/v1/namespaces/${name}/pods`, listOf([]));
  const deployments = ['payment-svc', 'orders', 'idle'].map((app) => ({
    metadata: { name: app, namespace: 'payment' },
    spec: { selector: { matchLabels: { app } } },
  }));
  const path = '/apis/apps/v1/namespaces/payment/deployments';
  objects.set(path, listOf(deployments));
  for (const each of deployments) objects.set(`${path}/${each.metadata.name}`, each);
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string };
}

function listOf(items: readonly object[]): object {
  return { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items };
}

export function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: { token: 'hush' } }],
  });
}
