import type { ProxyType } from './proxy.ts';
import type { Pod } from './workload.ts';

/** Whether the pod's containers have ended for good, or are about to: it owes nobody a connection. */
export function isLeaving(pod: Pod): boolean {
  return pod.terminating || pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

const INJECT_TEMPLATES = 'inject.istio.io/templates';
const MANAGED_GATEWAY = 'gateway.istio.io/managed';

/**
 * Whether the istio-proxy container holds a connection to istiod of its own accord. The gRPC templates run an agent
 * without Envoy, which connects only once the application asks it to (Istio, "gRPC proxyless service mesh").
 */
export function connectsByItself(pod: Pod): boolean {
  return pod.proxy !== undefined && !(pod.annotations[INJECT_TEMPLATES] ?? '').includes('grpc-');
}

/** What kind of proxy the pod runs, for one that no istiod has told us of. */
export function proxyTypeOfPod({ labels, annotations }: Pod): ProxyType {
  if (labels['app'] === 'ztunnel' || labels['app.kubernetes.io/name'] === 'ztunnel') return 'ztunnel';
  if (labels[MANAGED_GATEWAY] === 'istio.io-mesh-controller') return 'waypoint';
  return isGateway(labels, annotations) ? 'router' : 'sidecar';
}

/** Made for a Gateway object, injected by the gateway template, or labelled the classic way. */
function isGateway(labels: Pod['labels'], annotations: Pod['annotations']): boolean {
  if (labels['gateway.networking.k8s.io/gateway-name'] !== undefined) return true;
  if ((annotations[INJECT_TEMPLATES] ?? '').split(',').some((template) => template.trim() === 'gateway')) return true;
  return labels['istio'] === 'ingressgateway' || labels['istio'] === 'egressgateway';
}
