import { keyOfObject } from '../../../model/cluster.ts';
import { membershipOf } from '../../../model/membership.ts';
import type { Labels, Service } from '../../../model/workload.ts';
import { gatewaysOf } from '../../analysis/gateway-names.ts';
import { perWorld } from '../../analysis/per-world.ts';
import { isEmpty, podsWith } from '../../analysis/pods.ts';
import type { World } from '../../analysis/world.ts';
import { shellWord } from '../../wording.ts';
import { bindingOf, parentHosts } from './bindings.ts';
import { type Cause, type CauseFacts, untold } from './cause.ts';
import { serviceOf } from './known-hosts.ts';

/** In ambient mode only a waypoint knows of HTTP: without one its routes are applied by nobody. */
export const noWaypoint: Cause = {
  id: 'no-waypoint',
  what: 'The service is in ambient mode and has no waypoint',
  sign: 'its pods are in ambient mode, and neither it nor its namespace names a waypoint that is there by the label `istio.io/use-waypoint`',
  mend: 'make a waypoint, and name it in the label `istio.io/use-waypoint` of the service or its namespace',
  find(facts) {
    const services = servicesAsked(facts);
    if (services.length === 0) return undefined;
    const { world } = facts;
    const blind = untold(world, 'pods', 'namespaces');
    if (blind !== undefined) return blind;
    const bare = services.filter((service) => isAmbient(world, service) && !hasWaypoint(world, service));
    const [first] = bare;
    if (first === undefined || bare.length < services.length) return undefined;
    const unread = untold(world, 'gateways.gateway.networking.k8s.io');
    const named = waypointOf(world, first);
    if (named !== undefined && unread !== undefined) return unread;
    const name = keyOfObject(first);
    return {
      isCertain: !facts.isPartial && !hasSidecars(world),
      text: `Service ${name} is in ambient mode, and ${named === undefined ? 'has no waypoint' : `its waypoint ${named} is not there`}`,
      evidence: ['ztunnel does not look at HTTP: a waypoint, or a sidecar of the client, applies routes'],
      mend: `make a waypoint for ${name}, and name it in istio.io/use-waypoint`,
      next: `kubectl -n ${shellWord(first.namespace)} get service ${shellWord(first.name)} --show-labels`,
    };
  },
};

/** Services whose requests are to be divided inside the mesh. */
function servicesAsked({ split, object, world }: CauseFacts): readonly Service[] {
  if (split.object.kind === 'HTTPRoute') {
    return parentHosts(object).flatMap((host) => serviceOf(world, host) ?? []);
  }
  const { hosts, isForMesh, gateways } = bindingOf(object);
  // At a gateway it works all the same.
  return isForMesh && gateways.length === 0 ? hosts.flatMap((host) => serviceOf(world, host) ?? []) : [];
}

function isAmbient(world: World, { namespace, selector = {} }: Service): boolean {
  if (isEmpty(selector)) return false;
  const pods = podsWith(world, selector, namespace);
  return pods.length > 0 && pods.every((pod) => membershipOf(pod) === 'ambient');
}

/** `namespace/name` of the waypoint it names; its own label comes before its namespace's, and `none` is none. */
function waypointOf(world: World, { namespace, labels }: Service): string | undefined {
  const space = world.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  const source: Labels = labels[USE] === undefined ? space : labels;
  const name = source[USE];
  if (name === undefined || name === '' || name === 'none') return undefined;
  return `${source[USE_NAMESPACE] ?? namespace}/${name}`;
}

const USE = 'istio.io/use-waypoint';
const USE_NAMESPACE = 'istio.io/use-waypoint-namespace';

function hasWaypoint(world: World, service: Service): boolean {
  const named = waypointOf(world, service);
  return named !== undefined && gatewaysOf(world).kubernetes.has(named);
}

/** Sidecars apply routes where requests are sent, whatever the server is. */
const hasSidecars = perWorld(({ pods }) =>
  pods.some((pod) => ['sidecar', 'native_sidecar', 'gateway'].includes(membershipOf(pod))),
);
