import type { EpochSeconds } from '../model/brand.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { current } from '../model/current.ts';
import { advanceEndpointChanges } from '../model/endpoint-changes.ts';
import { advanceGone } from '../model/gone-requests.ts';
import { known } from '../model/observed.ts';
import { hasSeveralClusters } from '../model/several-clusters.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import type { Traffic } from '../model/traffic.ts';

type Remembered = Partial<Pick<MeshSnapshot, 'endpointChanges' | 'goneRequests'>>;

const WORKLOAD_ENTRIES = 'workloadentries.networking.istio.io';

/** What a new state of the cluster teaches of endpoints that come and go. */
export function endpointsSeen(before: MeshSnapshot, cluster: ClusterObjects, at: EpochSeconds): Remembered {
  const slices = known(cluster.endpointSlices);
  if (slices === undefined) return {};
  const workloadEntries = known(cluster.config[WORKLOAD_ENTRIES] ?? { state: 'pending' });
  return { endpointChanges: advanceEndpointChanges(before.endpointChanges, { slices, workloadEntries, at }) };
}

/** What new counts teach of requests to endpoints that are gone. @param isLive the lines counted are of now */
export function requestsSeen(before: MeshSnapshot, traffic: Traffic, at: EpochSeconds, isLive: boolean): Remembered {
  const hosts = traffic.upstreamHosts;
  if (hosts === undefined) return {};
  const { cluster, settings, controlPlane, endpointChanges } = before;
  const slices = current(cluster.endpointSlices, at, settings.staleAfterSeconds);
  const istiods = known(controlPlane);
  const goneRequests = advanceGone(before.goneRequests, {
    at,
    hosts,
    changes: slices === undefined ? undefined : endpointChanges,
    isLive,
    onlyOnceListed: istiods !== undefined && hasSeveralClusters(istiods),
  });
  return goneRequests === undefined ? {} : { goneRequests };
}
