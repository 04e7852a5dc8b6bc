import type { ObjectMap } from '../../model/cluster.ts';
import { selects } from '../../model/label-selector.ts';
import { membershipOf } from '../../model/membership.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { Pod, Service, ServicePort } from '../../model/workload.ts';
import { type DecidedMode, type EffectiveMtlsOf, modeOfPort } from './peer-authentication.ts';

/** What answers behind one port of a service. */
export interface Server {
  readonly pod: Pod;
  /** The service's port, which callers and DestinationRules name. */
  readonly servicePort: number;
  /** `proxy`: a sidecar asks for `mode`; `ztunnel`: likewise, and takes tunnels besides; `none`: the application itself. */
  readonly kind: 'proxy' | 'ztunnel' | 'none';
  readonly mode: DecidedMode;
}

const PLAIN: DecidedMode = { mode: 'DISABLE' };
const EXCLUDED = 'traffic.sidecar.istio.io/excludeInboundPorts';
const INCLUDED = 'traffic.sidecar.istio.io/includeInboundPorts';

/** Answers for any service; each is looked up once. */
export type ServersOf = (service: Service) => readonly Server[];

export function serversOf(pods: ObjectMap<Pod>, effective: EffectiveMtlsOf): ServersOf {
  const byNamespace = Map.groupBy(pods.values(), ({ namespace }) => namespace);
  const known = new Map<Service, readonly Server[]>();
  return (service) => {
    const servers = known.get(service) ?? findServers(service, byNamespace.get(service.namespace) ?? [], effective);
    known.set(service, servers);
    return servers;
  };
}

/** Without a selector a service's endpoints are not ours to know, and an empty one selects nothing. */
function findServers(
  { selector, ports }: Service,
  pods: readonly Pod[],
  effective: EffectiveMtlsOf,
): readonly Server[] {
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const chosen = pods.filter((pod) => !isLeaving(pod) && selects({ matchLabels: selector }, pod.labels));
  return ports
    .filter(({ protocol }) => protocol === 'TCP')
    .flatMap((port) => chosen.flatMap((pod) => serverAt(pod, port, effective) ?? []));
}

function serverAt(pod: Pod, port: ServicePort, effective: EffectiveMtlsOf): Server | undefined {
  const target = targetPort(pod, port);
  if (target === undefined) return undefined;
  const server = { pod, servicePort: port.port };
  switch (membershipOf(pod)) {
    case 'sidecar':
    case 'native_sidecar':
      if (!isIntercepted(pod, target)) return { ...server, kind: 'none', mode: PLAIN };
      return { ...server, kind: 'proxy', mode: modeOfPort(effective(pod), target) };
    case 'ambient':
      return { ...server, kind: 'ztunnel', mode: modeOfPort(effective(pod), target) };
    case 'none':
      // One that answers for itself, as proxyless gRPC does, says so by this label.
      return pod.labels['security.istio.io/tlsMode'] === 'istio' ? undefined : { ...server, kind: 'none', mode: PLAIN };
    case 'ambient_pending':
    case 'gateway':
    case 'waypoint':
    case 'ztunnel':
      return undefined;
  }
}

/** The container's port: by number, by name, or the same as the service's. */
function targetPort(pod: Pod, { port, targetPort: target }: ServicePort): number | undefined {
  if (target === undefined || target === 0) return port;
  return typeof target === 'number' ? target : pod.ports.find(({ name }) => name === target)?.port;
}

/** Whether the sidecar sees what comes to a port; annotations may lead it past. */
function isIntercepted({ annotations }: Pod, port: number): boolean {
  const listed = (name: string): readonly string[] | undefined =>
    annotations[name]?.split(',').map((each) => each.trim());
  if (listed(EXCLUDED)?.includes(String(port))) return false;
  const included = listed(INCLUDED);
  return included === undefined || included.includes('*') || included.includes(String(port));
}
