import { carriedFor } from './carried.ts';
import type { ClusterObjects } from './cluster.ts';
import { nackReason } from './nack-class.ts';
import { known } from './observed.ts';
import type { TypeSync } from './proxy.ts';
import { proxyTypeOfPod } from './proxy-pod.ts';
import { type RevisionTags, revisionOfPod, revisionTags } from './proxy-revision.ts';
import type { ProxyRow, TypeRow, XdsBlock } from './proxy-row.ts';
import type { MeshSnapshot } from './snapshot.ts';
import { eachInSteps, runSteps, type Steps } from './steps.ts';
import type { ProxyHistory, SyncHistory, TypeHistory } from './sync-history.ts';
import type { Pod } from './workload.ts';
import { workloadOfPod } from './workload-of-pod.ts';
import { worstState } from './worst-state.ts';
import type { XdsType } from './xds.ts';
import { type XdsBlocks, xdsBlocksInSteps } from './xds-block.ts';

/**
 * Every proxy that some istiod lists, or that should be listed: what exporter, page and commands all show. Made once for
 * what it rests on; a proxy of which nothing changed keeps its row.
 */
export function proxyTable(snapshot: MeshSnapshot): readonly ProxyRow[] {
  return runSteps(proxyTableInSteps(snapshot));
}

/** The same with pauses, to have it made before it is asked for. */
export function* proxyTableInSteps(snapshot: MeshSnapshot): Steps<readonly ProxyRow[]> {
  const { history, cluster, settings, takenAt } = snapshot;
  const basis: Basis = {
    cluster: history.cluster ?? settings.meshCluster,
    pods: known(cluster.pods),
    replicaSets: known(cluster.replicaSets),
    tags: revisionTags(cluster),
    blocks: yield* xdsBlocksInSteps(cluster, takenAt, settings.staleAfterSeconds),
    silent: isSilent(snapshot),
  };
  const last = tables.get(history.proxies);
  if (last !== undefined && isSameBasis(last.basis, basis)) return last.rows;
  const rows: ProxyRow[] = [];
  const making = madeRows(settings);
  yield* eachInSteps(history.proxies, ([, proxy]) => {
    const ground = groundOf(proxy, basis, cluster);
    const last = making.last(proxy);
    const made = last !== undefined && isSameGround(last, ground) ? last : { ...ground, row: makeRow(proxy, ground) };
    making.keep(proxy, made);
    rows.push(made.row);
  });
  making.done();
  tables.set(history.proxies, { basis, rows });
  return rows;
}

/** What rows are made of beside the history. */
interface Basis {
  /** The cluster whose pods these are. */
  readonly cluster: string;
  readonly pods: ReadonlyMap<string, Pod> | undefined;
  readonly replicaSets: unknown;
  readonly tags: RevisionTags;
  readonly blocks: XdsBlocks | undefined;
  /** No poll has ended for so long that what the last one said is no news. */
  readonly silent: boolean;
}

const tables = new WeakMap<SyncHistory['proxies'], { readonly basis: Basis; readonly rows: readonly ProxyRow[] }>();

function isSameBasis(one: Basis, other: Basis): boolean {
  return (
    one.cluster === other.cluster &&
    one.pods === other.pods &&
    one.replicaSets === other.replicaSets &&
    one.tags === other.tags &&
    one.blocks === other.blocks &&
    one.silent === other.silent
  );
}

/** Whether no poll has ended for so long that what the last one said is no news. */
export function isSilent({ controlPlane, takenAt, settings }: MeshSnapshot): boolean {
  if (controlPlane.state !== 'fresh' && controlPlane.state !== 'stale') return true;
  return takenAt - controlPlane.at > settings.staleAfterSeconds;
}

/** What one row rests on beside the proxy's history. */
interface Ground {
  readonly pod: Pod | undefined;
  readonly workload: string;
  readonly tags: RevisionTags;
  readonly blockedBy: XdsBlock | undefined;
  readonly silent: boolean;
}

/** The last row of each proxy, to be used again where all it rests on is the same: of most, nothing changed since. */
const madeRows = carriedFor<ProxyHistory, Ground & { readonly row: ProxyRow }>();

function groundOf(proxy: ProxyHistory, basis: Basis, cluster: ClusterObjects): Ground {
  const { silent, tags } = basis;
  const key = proxy.key.slice(proxy.cluster.length + 1);
  const isLocal = proxy.cluster === basis.cluster;
  const pod = isLocal ? basis.pods?.get(key) : undefined;
  const workload = workloadOfPod(proxy.name, pod, cluster);
  const blockedBy = isLocal ? basis.blocks?.get(key)?.[0] : undefined;
  return { pod, workload, tags, blockedBy, silent };
}

function isSameGround(one: Ground, other: Ground): boolean {
  return (
    one.pod === other.pod &&
    one.workload === other.workload &&
    one.tags === other.tags &&
    one.blockedBy === other.blockedBy &&
    one.silent === other.silent
  );
}

type Draft = { -readonly [K in keyof ProxyRow]: ProxyRow[K] };

function makeRow(proxy: ProxyHistory, { pod, workload, tags, blockedBy, silent }: Ground): ProxyRow {
  const verdict = silent ? 'unknown' : proxy.verdict;
  const row: Draft = {
    cluster: proxy.cluster,
    namespace: proxy.namespace,
    name: proxy.name,
    workload,
    type: typeOf(proxy, pod),
    verdict,
    state: stateOf(proxy, verdict),
    types: typesOf(proxy, verdict),
    changes: proxy.changes,
  };
  addConnection(row, proxy, pod, tags);
  // Since when does not change because nobody is heard.
  if (proxy.outOfSync !== undefined) row.outOfSync = proxy.outOfSync;
  if (!silent) addStanding(row, proxy, blockedBy);
  return row;
}

function typeOf({ connection }: ProxyHistory, pod: Pod | undefined): ProxyRow['type'] {
  if (connection !== undefined && connection.type !== 'unknown') return connection.type;
  return pod === undefined ? 'unknown' : proxyTypeOfPod(pod);
}

function stateOf({ types }: ProxyHistory, verdict: ProxyRow['verdict']): ProxyRow['state'] {
  if (verdict === 'missing') return 'MISSING';
  return verdict === 'unknown' ? 'UNKNOWN' : worstState(types);
}

/** A missing proxy has no types: sync state belongs to a connection. */
function typesOf({ types, connection }: ProxyHistory, verdict: ProxyRow['verdict']): ProxyRow['types'] {
  const rows: Partial<Record<XdsType, TypeRow>> = {};
  if (verdict === 'missing') return rows;
  for (const name in types) {
    const type = name as XdsType;
    const history = types[type];
    if (history === undefined) continue;
    rows[type] = verdict === 'unknown' ? { state: 'UNKNOWN' } : typeRowOf(history, connection?.types[type]);
  }
  return rows;
}

function typeRowOf({ state, unackedSince }: TypeHistory, sync: TypeSync | undefined): TypeRow {
  const since = unackedSince ?? sync?.sentAt;
  // Both at once: a field that is added later takes an object of its own.
  const row: { -readonly [K in keyof TypeRow]: TypeRow[K] } = since === undefined ? { state } : { state, since };
  if (sync?.error !== undefined) {
    row.error = sync.error;
    row.reason = nackReason(sync.error);
  }
  return row;
}

function addConnection(row: Draft, proxy: ProxyHistory, pod: Pod | undefined, tags: RevisionTags): void {
  const { connection, istiod, revision } = proxy;
  const served = revision ?? (pod === undefined ? undefined : revisionOfPod(pod, tags));
  if (istiod !== undefined) row.istiod = istiod;
  if (served !== undefined) row.revision = served;
  if (connection?.istioVersion !== undefined) row.istioVersion = connection.istioVersion;
  if (connection?.endpointAckedRatio !== undefined) row.endpointAckedRatio = connection.endpointAckedRatio;
}

function addStanding(row: Draft, { absentSince }: ProxyHistory, blockedBy: XdsBlock | undefined): void {
  if (row.verdict === 'missing' && absentSince !== undefined) row.missingSince = absentSince;
  if (blockedBy !== undefined) row.blockedBy = blockedBy;
}
