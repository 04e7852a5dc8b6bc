import { current } from '../../model/current.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Gathered } from '../samples.ts';
import { declaredWeights } from './declared-weights.ts';
import type { FAMILIES } from './families.ts';
import { type HeldByWorkload, type HeldRoute, type HeldShares, heldByWorkload } from './held-routes.ts';
import { nameOf } from './splits.ts';

type Lists = Pick<Gathered<typeof FAMILIES>, 'loadedRatio'>;

/**
 * What Envoys hold, one series for each workload that was looked into. Where its replicas hold different shares of a route,
 * no number is true of the workload, and there is none.
 */
export function addLoadedRatios(lists: Lists, snapshot: MeshSnapshot): void {
  const { inspections, takenAt, settings } = snapshot;
  const known = inspections && current(inspections, takenAt, settings.staleAfterSeconds);
  if (known === undefined) return;
  const mesh_cluster = homeCluster(snapshot);
  const declared = Map.groupBy(declaredWeights(snapshot), nameOf);
  const wantedOf = (route: HeldRoute): readonly string[] =>
    (declared.get(nameOf(route)) ?? []).map(({ destination, subset }) => `${destination} ${subset}`);
  for (const { workload, held, shares } of heldByWorkload(known).flatMap(sharesOf)) {
    const { namespace: object_namespace, kind: object_kind, name: object_name } = held.object;
    const { namespace: proxy_namespace } = workload;
    // What is declared and has no part in a route that Envoy holds gets nothing there: that is known.
    for (const key of new Set([...shares.keys(), ...wantedOf(held)])) {
      const [destination = '', subset = ''] = key.split(' ');
      const place = { mesh_cluster, proxy_namespace, workload: workload.workload };
      const labels = { ...place, object_namespace, object_kind, object_name, route: held.route, destination, subset };
      lists.loadedRatio.push({ labels, value: shares.get(key) ?? 0 });
    }
  }
}

interface WorkloadShares {
  readonly workload: HeldByWorkload;
  readonly held: HeldRoute;
  readonly shares: HeldShares;
}

function sharesOf(workload: HeldByWorkload): readonly WorkloadShares[] {
  return workload.routes.flatMap((held) =>
    held.shares === undefined ? [] : [{ workload, held, shares: held.shares }],
  );
}
