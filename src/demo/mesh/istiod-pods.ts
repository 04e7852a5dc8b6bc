import { kubeTime, type NewObject } from '../kube/object.ts';
import { podStatus } from './pods.ts';
import { ISTIO_VERSION, NODE, ROOT_NAMESPACE } from './workloads.ts';

/** Where an istiod listens on the loopback interface. */
export interface IstiodPorts {
  /** Default 15014. */
  readonly monitoring?: number | undefined;
  /** Default 15012. */
  readonly xds?: number | undefined;
}

/**
 * One istiod. Its address is the loopback interface, where the demo's own servers are; that its ports are others than
 * 15014 and 15012 stands where it does in any cluster: in an annotation, and in the name of a port.
 */
export function istiodPod(
  name: string,
  { monitoring: monitoringPort = 15_014, xds = 15_012 }: IstiodPorts,
  bornMs: number,
): NewObject {
  const started = kubeTime(bornMs + 4000);
  const hash = name.split('-')[1] ?? '';
  const container = {
    name: 'discovery',
    image: `docker.io/istio/pilot:${ISTIO_VERSION}`,
    ports: [
      { name: 'http-debug', containerPort: 8080, protocol: 'TCP' },
      { name: 'grpc-xds', containerPort: 15_010, protocol: 'TCP' },
      { name: 'tls-xds', containerPort: xds, protocol: 'TCP' },
      { name: 'https-webhooks', containerPort: 15_017, protocol: 'TCP' },
      { name: 'http-monitoring', containerPort: monitoringPort, protocol: 'TCP' },
    ],
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
