import type { ServicePort } from '../../model/workload.ts';

/** What Istio knows by the name of a port (Istio pkg/config/protocol). */
const PROTOCOLS: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'grpc', 'grpc-web', 'http', 'http_proxy', 'http2', 'https', 'tls', 'mongo', 'redis', 'mysql'],
]);
/** SMTP, DNS, MySQL, MongoDB: known by number, since their servers speak first. */
const KNOWN_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** Kubernetes' own words for HTTP/2 and WebSocket; only as appProtocol, since a name cannot hold a slash. */
const KUBERNETES_PROTOCOLS: ReadonlySet<string> = new Set([
  'kubernetes.io/h2c',
  'kubernetes.io/ws',
  'kubernetes.io/wss',
]);

/** Whether Istio knows a port's protocol, or must guess it from the traffic (Istio pkg/config/kube ConvertProtocol). */
export function tellsProtocol({ protocol, port, name, appProtocol }: ServicePort): boolean {
  if (protocol === 'UDP' || KUBERNETES_PROTOCOLS.has(appProtocol ?? '')) return true;
  const word = (appProtocol ?? name ?? '').toLowerCase();
  if (word.startsWith('grpc-web')) return true;
  const [first = ''] = word.split('-');
  return PROTOCOLS.has(first) || KNOWN_PORTS.has(port);
}
