import { kubeTime, type NewObject } from '../kube/object.ts';
import { podStatus } from './pods.ts';
import { ISTIO_VERSION, NODE, ROOT_NAMESPACE } from './workloads.ts';

const PORTS = [
  { name: 'http-debug', containerPort: 8080, protocol: 'TCP' },
  { name: 'grpc-xds', containerPort: 15_010, protocol: 'TCP' },
  { name: 'tls-xds', containerPort: 15_012, protocol: 'TCP' },
  { name: 'https-webhooks', containerPort: 15_017, protocol: 'TCP' },
];

/**
 * One istiod. Its address is the loopback interface, where the demo's own servers are; that its monitoring port is not
 * 15014 stands in the annotation that says so in any cluster.
 */
export function istiodPod(name: string, monitoringPort: number, bornMs: number): NewObject {
  const started = kubeTime(bornMs + 4000);
  const hash = name.split('-')[1] ?? '';
  const container = {
    name: 'discovery',
    image: `docker.io/istio/pilot:${ISTIO_VERSION}`,
    ports: [...PORTS, { name: 'http-monitoring', containerPort: monitoringPort, protocol: 'TCP' }],
    resources: {},
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: ROOT_NAMESPACE,
      creationTimestamp: kubeTime(bornMs),
      labels: { app: 'istiod', istio: 'pilot', 'istio.io/rev': 'default', 'pod-template-hash': hash },
      annotations: { 'prometheus.io/port': String(monitoringPort), 'prometheus.io/scrape': 'true' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `istiod-${hash}`, controller: true }],
    },
    spec: { containers: [container], restartPolicy: 'Always', serviceAccountName: 'istiod', nodeName: NODE },
    status: podStatus({ ip: '127.0.0.1', started, containers: [container] }),
  };
}
