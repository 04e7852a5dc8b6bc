import { current } from '../../model/current.ts';
import { type EndpointChanges, readySince, unlistedSince } from '../../model/endpoint-changes.ts';
import { known } from '../../model/observed.ts';
import { hasSeveralClusters } from '../../model/several-clusters.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { specField, specText } from '../../model/spec-fields.ts';
import { valuesOf } from '../scope.ts';
import { counted, firstOf } from '../wording.ts';
import { MAX_ADDRESSES } from './cluster-hosts.ts';
import type { EnvoyView } from './envoy-views.ts';
import { endpointsCommand } from './hosts-out.ts';
import { hostName } from './pod-addresses.ts';
import type { ServiceEndpoint } from './service-endpoints.ts';
import type { ServiceView } from './service-view.ts';
import type { Trouble } from './trouble.ts';

/** For so long what Kubernetes says may be on its way to an Envoy; without a memory, a look no older is held against now. */
const SETTLED_SECONDS = 30;
const WAYPOINT = 'istio.io/use-waypoint';

/** Endpoints of a service that are ready and that no Envoy has, and such that an Envoy has and Kubernetes does not. */
export function unlikeKubernetes(
  view: ServiceView,
  views: readonly EnvoyView[],
  snapshot: MeshSnapshot,
): readonly Trouble[] {
  if (isBehindWaypoint(view, snapshot)) return [];
  return [...unknownToEnvoys(view, views, snapshot), ...leftOver(view, views, snapshot)];
}

function unknownToEnvoys(view: ServiceView, views: readonly EnvoyView[], snapshot: MeshSnapshot): readonly Trouble[] {
  // Each Envoy has those of its own node, if there are any.
  if (view.service.nodeLocal === true) return [];
  const none = lacking(view, views, snapshot);
  return none.length > 0 ? none : emptyHanded(view, views, snapshot);
}

/** Callers of such a service are given the addresses of its waypoint instead. */
function isBehindWaypoint({ service }: ServiceView, { cluster }: MeshSnapshot): boolean {
  const own = known(cluster.namespaces)?.get(service.namespace)?.labels[WAYPOINT];
  return (service.labels[WAYPOINT] ?? own ?? 'none') !== 'none';
}

/** Looks of whole services only: a subset has some of the hosts. */
function lacking(
  { service, endpoints }: ServiceView,
  views: readonly EnvoyView[],
  snapshot: MeshSnapshot,
): readonly Trouble[] {
  const whole = views.filter(({ hosts }) => hosts.subset === '');
  const missed = endpoints.filter((endpoint) => isMissed(endpoint, whole, snapshot));
  const [first] = whole;
  if (missed.length === 0 || first === undefined) return [];
  const names = firstOf(missed.map(({ address }) => hostName(snapshot, address)));
  const looks = counted(new Set(whole.map(({ proxy }) => proxy)).size, 'Envoy');
  return [
    {
      text: `${service.name}: ${names} ready, and in none of ${looks} looked into`,
      evidence: [
        `Kubernetes has ${counted(endpoints.length, 'endpoint')} of ${service.name}, Envoy ${first.hosts.addresses.join(', ') || 'none'}`,
      ],
      next: endpointsCommand(first),
    },
  ];
}

/** Envoys that know nobody, where others know somebody. */
function emptyHanded(
  { service, endpoints }: ServiceView,
  views: readonly EnvoyView[],
  snapshot: MeshSnapshot,
): readonly Trouble[] {
  const byProxy = Map.groupBy(
    views.filter(({ hosts }) => hosts.subset === ''),
    ({ proxy }) => proxy,
  );
  const none = [...byProxy.values()].filter((own) => own.every(({ hosts }) => addressesOf(hosts).length === 0)).flat();
  const [first] = none;
  if (first === undefined || !endpoints.some((endpoint) => isMissed(endpoint, none, snapshot))) return [];
  const proxies = [...new Set(none.map(({ proxy }) => proxy.name))];
  const know = proxies.length === 1 ? 'knows no host of it: its' : 'know no host of it: their';
  return [
    {
      text: `${service.name}: ${firstOf(proxies)} ${know} requests end with UH`,
      evidence: [`Kubernetes has ${counted(endpoints.length, 'endpoint')} of ${service.name}, Envoy none`],
      next: endpointsCommand(first),
    },
  ];
}

function isMissed(
  { health, address, pod }: ServiceEndpoint,
  views: readonly EnvoyView[],
  snapshot: MeshSnapshot,
): boolean {
  if (health !== 'ready') return false;
  const since = readyFrom(address, pod?.startedAt ?? pod?.createdAt, snapshot);
  const late = views.filter(({ proxy }) => isSettled(proxy.at, since, snapshot));
  const own = new Set([address, ...(pod?.ips ?? [])]);
  return (
    late.length > 0 && late.every(({ hosts }) => isWhole(hosts) && !addressesOf(hosts).some((each) => own.has(each)))
  );
}

function readyFrom(
  address: string,
  startedAt: number | undefined,
  { endpointChanges }: MeshSnapshot,
): number | undefined {
  return endpointChanges === undefined ? startedAt : readySince(endpointChanges, address);
}

/** Whether what has been so since then must have reached an Envoy by the time of the look. */
function isSettled(lookedAt: number, since: number | undefined, { endpointChanges, takenAt }: MeshSnapshot): boolean {
  if (endpointChanges === undefined && takenAt - lookedAt > SETTLED_SECONDS) return false;
  return since !== undefined && lookedAt - since > SETTLED_SECONDS;
}

/** Not cut short. */
function isWhole({ addresses, faulty, unhealthy, ejected }: EnvoyView['hosts']): boolean {
  return addresses.length < MAX_ADDRESSES && (faulty?.length ?? 0) === unhealthy + ejected;
}

function addressesOf({ addresses, faulty = [] }: EnvoyView['hosts']): readonly string[] {
  return [...addresses, ...faulty.map(({ address }) => address)];
}

function leftOver(view: ServiceView, views: readonly EnvoyView[], snapshot: MeshSnapshot): readonly Trouble[] {
  const own = new Set(view.addresses);
  const found = views.flatMap((each) =>
    each.hosts.addresses
      .filter((address) => !own.has(address) && isGone(address, each, snapshot))
      .map((address) => ({ address, each })),
  );
  const [first] = found;
  if (first === undefined) return [];
  const names = firstOf([...new Set(found.map(({ address }) => address))]);
  const proxies = firstOf([...new Set(found.map(({ each }) => each.proxy.name))], 1);
  return [
    {
      text: `${view.service.name}: ${proxies} still has ${names}, which no EndpointSlice has`,
      evidence: [`Kubernetes has ${view.addresses.join(', ') || 'no endpoint'} of ${view.service.name}`],
      next: endpointsCommand(first.each),
    },
  ];
}

/** An IP address: what DNS finds has no EndpointSlice. */
const IP = /^(?:[\d.]+|[\da-fA-F.]*:[\da-fA-F:.]*)$/;

function isGone(address: string, { proxy }: EnvoyView, snapshot: MeshSnapshot): boolean {
  if (!IP.test(address) || isWorkloadEntry(address, snapshot)) return false;
  const { endpointChanges, takenAt, controlPlane } = snapshot;
  const istiods = known(controlPlane);
  // Nobody here knows the endpoints of another cluster.
  const isForeign = istiods !== undefined && hasSeveralClusters(istiods) && endpointChanges?.left.has(address) !== true;
  if (isForeign) return false;
  return isSettled(proxy.at, unlistedFrom(address, endpointChanges, takenAt), snapshot);
}

/** In a single look, what is in no slice now is taken never to have been: the look is as good as now. */
function unlistedFrom(address: string, changes: EndpointChanges | undefined, takenAt: number): number | undefined {
  return changes === undefined ? takenAt - 2 * SETTLED_SECONDS - 1 : unlistedSince(changes, address);
}

function isWorkloadEntry(address: string, { cluster, takenAt, settings }: MeshSnapshot): boolean {
  const observed = cluster.config['workloadentries.networking.istio.io'] ?? { state: 'pending' };
  const entries = current(observed, takenAt, settings.staleAfterSeconds);
  return (
    entries !== undefined && valuesOf(entries).some(({ spec }) => specText(specField(spec, 'address')) === address)
  );
}
