import { selects } from '../../model/label-selector.ts';
import type { Pod, Service, ServicePort } from '../../model/workload.ts';

/** A port of a service that selects a pod, and the container's port behind it. */
export interface PortOfService {
  readonly service: Service;
  readonly port: ServicePort;
  readonly target: number;
}

/** Every port by which services lead to a pod. */
export function portsOfServices(pod: Pod, services: Iterable<Service>): readonly PortOfService[] {
  return [...services]
    .filter(
      ({ namespace, selector }) =>
        namespace === pod.namespace &&
        selector !== undefined &&
        Object.keys(selector).length > 0 &&
        selects({ matchLabels: selector }, pod.labels),
    )
    .flatMap((service) =>
      service.ports.flatMap((port) => {
        const target = targetOf(pod, port);
        return target === undefined ? [] : [{ service, port, target }];
      }),
    );
}

function targetOf(pod: Pod, { port, targetPort }: ServicePort): number | undefined {
  if (targetPort === undefined) return port;
  return typeof targetPort === 'number' ? targetPort : pod.ports.find(({ name }) => name === targetPort)?.port;
}

/** Protocols that a proxy does not read as HTTP (Istio docs, "Protocol Selection"). */
const NOT_HTTP = ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp'];

/** Whether a port's name or appProtocol keeps proxies from reading it as HTTP. */
export function isNamedTcp({ name, appProtocol }: ServicePort): boolean {
  const word = (appProtocol ?? name?.split('-', 1)[0] ?? '').toLowerCase().replace(/^kubernetes\.io\/wss$/, 'https');
  return NOT_HTTP.includes(word);
}
