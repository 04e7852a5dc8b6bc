import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { User } from '../../src/demo/kube/access.ts';
import type { NewObject } from '../../src/demo/kube/object.ts';
import { startKubeServer } from '../../src/demo/kube/server.ts';
import { createObjectStore, type ObjectStore } from '../../src/demo/kube/store.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const TOKEN = 'token-of-the-exporter';

/** What of the recorded objects the exporter watches; lists of one kind in one file, items without their kind. */
const RECORDED: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  namespaces: ['v1', 'Namespace'],
  pods: ['v1', 'Pod'],
  services: ['v1', 'Service'],
  configmaps: ['v1', 'ConfigMap'],
  replicasets: ['apps/v1', 'ReplicaSet'],
  deployments: ['apps/v1', 'Deployment'],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice'],
  'mutatingwebhookconfigurations.from-chart': ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  authorizationpolicies: ['security.istio.io/v1', 'AuthorizationPolicy'],
  destinationrules: ['networking.istio.io/v1', 'DestinationRule'],
  gateways: ['networking.istio.io/v1', 'Gateway'],
  peerauthentications: ['security.istio.io/v1', 'PeerAuthentication'],
  virtualservices: ['networking.istio.io/v1', 'VirtualService'],
};

/** A Kubernetes API over real sockets that serves the objects of the recorded mesh. */
export interface RecordedCluster {
  readonly store: ObjectStore;
  /** A file that `--kubeconfig` takes. */
  readonly kubeconfig: string;
}

/**
 * @param folder where to write the kubeconfig
 * @param istiodPort where the one istiod pod's monitoring port is really served, on loopback
 */
export async function startRecordedCluster(
  context: TestContext,
  folder: string,
  istiodPort: number,
): Promise<RecordedCluster> {
  const store = createObjectStore({ firstVersion: 1000 });
  for (const object of recordedObjects()) store.create(isIstiod(object) ? servedAt(object, istiodPort) : object);
  const everything: User = { name: 'system:serviceaccount:istio-system:meshladder', may: () => true };
  const server = await startKubeServer({
    store,
    users: new Map([[TOKEN, everything]]),
    logs: { find: () => undefined },
    ports: { find: ({ pod, port }) => (pod.startsWith('istiod-') && port === istiodPort ? { tcp: port } : undefined) },
  });
  context.after(() => server.close());
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(server.url));
  return { store, kubeconfig };
}

/** The text of a recording under `test/fixtures`, unpacked. */
export function readRecording(path: string): string {
  const stored = readFileSync(new URL(path, FIXTURES));
  return (path.endsWith('.gz') ? gunzipSync(stored) : stored).toString('utf8');
}

function recordedObjects(): readonly NewObject[] {
  return Object.entries(RECORDED).flatMap(([file, [apiVersion, kind]]) => {
    const { items } = JSON.parse(readRecording(`objects/${file}.json`)) as { items: NewObject[] };
    return items.map((item) => ({ ...item, apiVersion, kind }));
  });
}

function isIstiod({ kind, metadata }: NewObject): boolean {
  return kind === 'Pod' && metadata.name.startsWith('istiod-');
}

/** The recorded istiod told its monitoring port in this annotation, as the chart writes it. */
function servedAt(istiod: NewObject, port: number): NewObject {
  const annotations = { ...istiod.metadata.annotations, 'prometheus.io/port': String(port) };
  const status = {
    ...(istiod['status'] as Readonly<Record<string, unknown>>),
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
  };
  return { ...istiod, metadata: { ...istiod.metadata, annotations }, status };
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'recorded',
    clusters: [{ name: 'recorded', cluster: { server } }],
    contexts: [{ name: 'recorded', context: { cluster: 'recorded', user: 'exporter' } }],
    users: [{ name: 'exporter', user: { token: TOKEN } }],
  });
}

/**
 * Puts a log where a node keeps it, in the frames of a container runtime.
 * @param root the folder of pod logs
 * @param pod `namespace/name`
 * @returns how many lines it has
 */
export async function writeNodeLog(root: string, pod: string, log: string): Promise<number> {
  const [namespace, name] = pod.split('/');
  const file = join(root, `${namespace}_${name}_00000000-0000-4000-8000-000000000000`, 'istio-proxy', '0.log');
  await mkdir(dirname(file), { recursive: true });
  const lines = log.replace(/\n$/, '').split('\n');
  const framed = lines.map((line) => (FRAME.test(line) ? line : `2026-11-21T03:00:00.000000000Z stdout F ${line}`));
  await writeFile(file, `${framed.join('\n')}\n`);
  return lines.length;
}

const FRAME = /^\S+ std(?:out|err) [FP] /;
