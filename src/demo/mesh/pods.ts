import { kubeTime, type NewObject } from '../kube/object.ts';
import { ISTIO_VERSION, NODE, podName, type Workload } from './workloads.ts';

const CREATED_BY_KUBELET = { lastState: {}, ready: true, restartCount: 0, imageID: '', started: true };

/** A running pod of a workload, as the API server stores it. */
export function podObject(workload: Workload, bornMs: number): NewObject {
  const started = kubeTime(bornMs + 3000);
  const containers = containersOf(workload);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(workload),
      namespace: workload.namespace,
      creationTimestamp: kubeTime(bornMs),
      labels: labelsOf(workload),
      annotations: annotationsOf(workload),
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${workload.name}-${workload.hash}`, controller: true },
      ],
    },
    spec: {
      ...containers,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: workload.serviceAccount,
      nodeName: NODE,
      schedulerName: 'default-scheduler',
    },
    status: podStatus({ ip: workload.ip, started, ...containers }),
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: 'Always';
}

interface Containers {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** The status of a pod that runs, and has run since then without a restart. */
export function podStatus({
  ip,
  started,
  containers,
  initContainers = [],
}: Containers & { readonly ip: string; readonly started: string }): object {
  const running = ({ name, image }: Container): object => ({
    name,
    image,
    state: { running: { startedAt: started } },
    ...CREATED_BY_KUBELET,
  });
  const ended = ({ name, image }: Container): object => ({
    name,
    image,
    state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: started, finishedAt: started } },
    ...CREATED_BY_KUBELET,
  });
  const condition = (type: string): object => ({ type, status: 'True', lastTransitionTime: started });
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '127.0.0.1',
    podIP: ip,
    podIPs: [{ ip }],
    startTime: started,
    ...(initContainers.length > 0 && {
      initContainerStatuses: initContainers.map((each) => (each.restartPolicy === 'Always' ? running : ended)(each)),
    }),
    containerStatuses: containers.map(running),
    qosClass: 'Burstable',
  };
}

export function labelsOf({ app, version, hash, proxy, labels }: Workload): Record<string, string> {
  return {
    app,
    ...labels,
    'pod-template-hash': hash,
    ...(proxy !== 'none' && {
      'security.istio.io/tlsMode': 'istio',
      'service.istio.io/canonical-name': app,
      'service.istio.io/canonical-revision': version ?? 'latest',
    }),
    ...(version !== undefined && { version }),
  };
}

function annotationsOf({ proxy }: Workload): Record<string, string> {
  if (proxy === 'none') return {};
  const native = proxy === 'native_sidecar';
  const status = {
    initContainers: native ? ['istio-init', 'istio-proxy'] : ['istio-init'],
    containers: native ? [] : ['istio-proxy'],
    revision: 'default',
  };
  return {
    'istio.io/rev': 'default',
    'prometheus.io/path': '/stats/prometheus',
    'prometheus.io/port': '15020',
    'prometheus.io/scrape': 'true',
    'sidecar.istio.io/status': JSON.stringify(status),
  };
}

function containersOf(workload: Workload): Containers {
  const { proxy, app, version = 'latest', port, protocols = ['TCP'] } = workload;
  const application = {
    name: app,
    image: `demo/${app}:${version}`,
    ports: protocols.map((protocol) => ({ containerPort: port, protocol })),
    resources: {},
  };
  if (proxy === 'none') return { containers: [application] };
  const sidecar = proxyContainer(workload);
  const init = { name: 'istio-init', image: `docker.io/istio/proxyv2:${ISTIO_VERSION}`, resources: {} };
  if (proxy === 'router') return { containers: [sidecar] };
  if (proxy === 'sidecar') return { containers: [application, sidecar], initContainers: [init] };
  return { containers: [application], initContainers: [init, { ...sidecar, restartPolicy: 'Always' }] };
}

export function proxyContainer({ proxy }: Pick<Workload, 'proxy'>): Container {
  const container = {
    name: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${ISTIO_VERSION}`,
    args: [
      'proxy',
      proxy === 'router' ? 'router' : 'sidecar',
      '--domain',
      '$(POD_NAMESPACE).svc.cluster.local',
      '--proxyLogLevel=warning',
    ],
    ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    resources: {},
  };
  return container;
}
