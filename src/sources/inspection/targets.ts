import { carriedFor, type Making } from '../../model/carried.ts';
import { objectKey } from '../../model/cluster.ts';
import type { EnvoySection } from '../../model/envoy-resource.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import { type ProxyConnection, proxyKey, type TypeSync } from '../../model/proxy.ts';
import { connectsByItself, isLeaving } from '../../model/proxy-pod.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { isSilent, proxyTable } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ProxyHistory, Verdict } from '../../model/sync-history.ts';
import type { Pod } from '../../model/workload.ts';
import { isNotSentNormal } from '../../model/worst-state.ts';

/** The last message of a type, which the proxy has acknowledged. */
export interface Delivered {
  /** Empty where nothing is to be sent. */
  readonly nonce: string;
  /** 0 where nothing is to be sent. */
  readonly sentAt: number;
}

/** An Envoy that can be looked into. */
export interface InspectionTarget {
  /** `namespace/name` of its pod. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  /** Replicas of the workload for which this is equal should hold the same. */
  readonly kin: string;
  readonly addresses: readonly string[];
  /** When its container was started: what was seen before was another Envoy. */
  readonly startedAt: number;
  readonly verdict: Verdict;
  /** The istiod that lists it. */
  readonly istiod?: string;
  /** Sections in which it has acknowledged all that istiod has sent it, as of the last poll. */
  readonly delivered: Readonly<Partial<Record<EnvoySection, Delivered>>>;
}

/** Who can be looked into, as of one poll of the istiods. */
export interface Targets {
  /** Counts polls. */
  readonly poll: number;
  readonly list: readonly InspectionTarget[];
  readonly byKey: ReadonlyMap<string, InspectionTarget>;
}

const TYPES = [
  ['clusters', 'cds'],
  ['listeners', 'lds'],
  ['routes', 'rds'],
  ['endpoints', 'eds'],
] as const;

interface Made {
  readonly pods: ReadonlyMap<string, Pod>;
  readonly targets: Targets;
}

const made = new WeakMap<readonly ProxyRow[], Made>();

/** Every Envoy of the cluster that runs; undefined while pods are not known, or no poll of the istiods is news. */
export function inspectionTargets(snapshot: MeshSnapshot): Targets | undefined {
  const pods = known(snapshot.cluster.pods);
  if (pods === undefined || isSilent(snapshot)) return undefined;
  const rows = proxyTable(snapshot);
  const last = made.get(rows);
  const { poll } = snapshot.history;
  if (last !== undefined && last.pods === pods && last.targets.poll === poll) return last.targets;
  const cluster = homeCluster(snapshot);
  const list: InspectionTarget[] = [];
  const making = madeTargets(snapshot.settings);
  const byKey = new Map<string, InspectionTarget>();
  for (const row of rows) {
    const pod = row.cluster === cluster ? pods.get(objectKey(row.namespace, row.name)) : undefined;
    if (pod === undefined || !hasEnvoy(row, pod)) continue;
    const target = targetOf(row, pod, snapshot, making);
    list.push(target);
    byKey.set(target.key, target);
  }
  making.done();
  const targets = { poll, list, byKey };
  made.set(rows, { pods, targets });
  return targets;
}

function hasEnvoy({ type }: ProxyRow, pod: Pod): boolean {
  if (type === 'ztunnel' || type === 'agentgateway' || isLeaving(pod)) return false;
  return pod.proxy?.running === true && connectsByItself(pod);
}

interface MadeTarget {
  readonly row: ProxyRow;
  readonly pod: Pod;
  readonly target: InspectionTarget;
}

/** By what polls have told of each: of ten thousand proxies most are as they were a poll ago. */
const madeTargets = carriedFor<ProxyHistory, MadeTarget>();

function targetOf(
  row: ProxyRow,
  pod: Pod,
  { history }: MeshSnapshot,
  making: Making<ProxyHistory, MadeTarget>,
): InspectionTarget {
  const proxy = history.proxies.get(proxyKey(row, row.cluster));
  const last = proxy && making.last(proxy);
  const target =
    last !== undefined && last.row === row && last.pod === pod ? last.target : makeTarget(row, pod, proxy?.connection);
  if (proxy !== undefined) making.keep(proxy, { row, pod, target });
  return target;
}

function makeTarget(row: ProxyRow, pod: Pod, connection: ProxyConnection | undefined): InspectionTarget {
  const { namespace, name, workload, verdict, istiod, revision, istioVersion } = row;
  const template = pod.labels['pod-template-hash'] ?? pod.labels['controller-revision-hash'] ?? '';
  return {
    key: objectKey(namespace, name),
    namespace,
    name,
    workload,
    kin: [revision, istioVersion, template].join(' '),
    addresses: pod.ips,
    startedAt: pod.proxy?.startedAt ?? 0,
    verdict,
    ...(istiod !== undefined && { istiod }),
    delivered: verdict === 'missing' ? {} : deliveredOf(connection?.types ?? {}),
  };
}

function deliveredOf(types: Readonly<Partial<Record<string, TypeSync>>>): InspectionTarget['delivered'] {
  const delivered: Partial<Record<EnvoySection, Delivered>> = {};
  for (const [section, type] of TYPES) {
    const sync = types[type];
    if (sync?.state === 'SYNCED' && sync.sentAt !== undefined) {
      // Over xDS an istiod may tell no nonces: then one message is known from the next by when it was sent.
      delivered[section] = { nonce: sync.sent ?? `sent at ${sync.sentAt}`, sentAt: sync.sentAt };
    } else if (sync?.state === 'NOT_SENT' && isNotSentNormal(type)) {
      delivered[section] = { nonce: '', sentAt: 0 };
    }
  }
  return delivered;
}
