import { ACCESS_LOGGING_MODES, type AccessLoggingMode, accessLogging } from '../../model/access-logging.ts';
import { objectKey } from '../../model/cluster.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { proxyTableInSteps } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { eachInSteps, type Steps } from '../../model/steps.ts';
import type { Gathered } from '../samples.ts';
import { rowsIn } from '../scope.ts';
import type { FAMILIES } from './families.ts';

type Lists = Pick<Gathered<typeof FAMILIES>, 'accessLogging'>;

interface NamespaceModes {
  readonly cluster: string;
  readonly namespace: string;
  readonly counts: Map<AccessLoggingMode, number>;
}

/** What the configuration says of each proxy; of proxies in clusters whose objects we do not see, nothing. */
export function* addAccessLogging(lists: Lists, snapshot: MeshSnapshot): Steps<void> {
  const modeOf = createModeOf(snapshot);
  const places = new Map<string, NamespaceModes>();
  yield* eachInSteps(yield* proxyTableInSteps(snapshot), (row) => {
    // A ztunnel writes lines of its own format, whatever this configuration says.
    if (row.type !== 'ztunnel') countMode(places, row, modeOf(row));
  });
  for (const { cluster: mesh_cluster, namespace: proxy_namespace, counts } of places.values()) {
    for (const mode of ACCESS_LOGGING_MODES) {
      lists.accessLogging.push({ labels: { mesh_cluster, proxy_namespace, mode }, value: counts.get(mode) ?? 0 });
    }
  }
}

/** How these proxies log, or all of a namespace. */
export function loggingIn(
  snapshot: MeshSnapshot,
  rows: readonly ProxyRow[],
  namespace?: string,
): ReadonlySet<AccessLoggingMode> {
  const modeOf = modesOf.get(snapshot) ?? createModeOf(snapshot);
  modesOf.set(snapshot, modeOf);
  const asked = namespace === undefined ? rows : rowsIn(snapshot, { namespace });
  return new Set(asked.filter(({ type }) => type !== 'ztunnel').map(modeOf));
}

const modesOf = new WeakMap<MeshSnapshot, (row: ProxyRow) => AccessLoggingMode>();

function createModeOf(snapshot: MeshSnapshot): (row: ProxyRow) => AccessLoggingMode {
  const { cluster, settings } = snapshot;
  const answer = accessLogging(cluster, settings.rootNamespace);
  const pods = known(cluster.pods);
  const local = homeCluster(snapshot);
  return ({ cluster: home, namespace, name, type, revision }) => {
    const labels = home === local ? pods?.get(objectKey(namespace, name))?.labels : undefined;
    return labels === undefined ? 'unknown' : answer({ namespace, labels, type, revision });
  };
}

function countMode(
  places: Map<string, NamespaceModes>,
  { cluster, namespace }: ProxyRow,
  mode: AccessLoggingMode,
): void {
  const key = `${cluster}/${namespace}`;
  let place = places.get(key);
  if (place === undefined) {
    place = { cluster, namespace, counts: new Map() };
    places.set(key, place);
  }
  place.counts.set(mode, (place.counts.get(mode) ?? 0) + 1);
}
