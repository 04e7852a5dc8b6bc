import type { ClusterHosts, Inspections, ProxyInspection } from '../../model/inspection.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Service } from '../../model/workload.ts';

/** What one Envoy was seen to know of one cluster. */
export interface EnvoyView {
  readonly proxy: ProxyInspection;
  readonly hosts: ClusterHosts;
}

/** What an Envoy was seen to hold longer ago than this says nothing of now. */
export const MAX_LOOK_SECONDS = 600;

export const ENVOY_HEALTH = ['healthy', 'unhealthy', 'ejected'] as const;

const viewsOfLooks = new WeakMap<Inspections, ReadonlyMap<string, readonly EnvoyView[]>>();

/** What Envoys that were looked into lately know of a service. Empty where nobody looked. @param host FQDN */
export function envoyViews({ inspections, takenAt }: MeshSnapshot, host: string): readonly EnvoyView[] {
  const looks = inspections && known(inspections);
  const views = looks === undefined ? [] : (byHost(looks).get(host) ?? []);
  return views.filter(({ proxy }) => takenAt - proxy.at <= MAX_LOOK_SECONDS);
}

function byHost(looks: Inspections): ReadonlyMap<string, readonly EnvoyView[]> {
  const known = viewsOfLooks.get(looks);
  if (known !== undefined) return known;
  const views = [...looks.proxies.values()].flatMap((proxy) =>
    (proxy.hosts ?? []).map((hosts): EnvoyView => ({ proxy, hosts })),
  );
  const made = Map.groupBy(views, ({ hosts }) => hosts.destination);
  viewsOfLooks.set(looks, made);
  return made;
}

/**
 * The view by which most requests would fail: fewest healthy hosts, of those most ejected ones. Sums over Envoys would say
 * nothing, as they all know the same hosts.
 */
export function worstView(views: readonly EnvoyView[]): EnvoyView | undefined {
  return views.toSorted(
    ({ hosts: one }, { hosts: other }) =>
      one.healthy - other.healthy || other.ejected - one.ejected || other.unhealthy - one.unhealthy,
  )[0];
}

/**
 * Whether Envoys are told all endpoints of a service beforehand. To those of a headless one a sidecar passes what the
 * application has looked up by itself, and Envoy knows a host only while it is in use (Istio's `ORIGINAL_DST` clusters).
 */
export function hasPushedEndpoints({ clusterIps }: Service): boolean {
  return clusterIps.length > 0;
}
