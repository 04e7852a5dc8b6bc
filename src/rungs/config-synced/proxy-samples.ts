import type { EpochSeconds } from '../../model/brand.ts';
import { carriedFor, type Making } from '../../model/carried.ts';
import { proxyKey } from '../../model/proxy.ts';
import type { ProxyRow, TypeRow } from '../../model/proxy-row.ts';
import type { LadderSettings } from '../../model/settings.ts';
import { eachInSteps, type Steps } from '../../model/steps.ts';
import { isNotSentNormal } from '../../model/worst-state.ts';
import { SYNC_STATES, type XdsType } from '../../model/xds.ts';
import type { Gathered } from '../samples.ts';
import type { FAMILIES } from './families.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Everything that is said of single proxies. */
export function* addProxies(lists: Lists, rows: readonly ProxyRow[], settings: LadderSettings): Steps<void> {
  const making = details(settings);
  yield* eachInSteps(rows, (row) => {
    if (isDetailed(row, settings.proxyDetail)) addDetail(lists, row, making);
    if (row.outOfSync !== undefined) addOutOfSync(lists, row, row.outOfSync.since);
    if (row.endpointAckedRatio !== undefined) addRatio(lists, row, row.endpointAckedRatio);
    // At rest there is nothing more to say of nearly all.
    if (row.state !== 'SYNCED' && row.state !== 'UNKNOWN') addTypes(lists, row);
  });
  making.done();
}

function addOutOfSync(lists: Lists, row: ProxyRow, since: EpochSeconds): void {
  lists.outOfSyncSince.push({ labels: { ...namesOf(row), proxy_type: row.type }, value: since });
}

function addRatio(lists: Lists, row: ProxyRow, ratio: number): void {
  if (row.verdict === 'unknown' || row.verdict === 'missing') return;
  lists.endpointAckedRatio.push({ labels: proxyOf(row), value: ratio });
}

function isDetailed({ state }: ProxyRow, detail: LadderSettings['proxyDetail']): boolean {
  return detail === 'all' || (detail === 'unsynced' && state !== 'SYNCED');
}

function proxyOf({ cluster, namespace, name }: ProxyRow): {
  readonly mesh_cluster: string;
  readonly proxy_namespace: string;
  readonly proxy: string;
} {
  return { mesh_cluster: cluster, proxy_namespace: namespace, proxy: name };
}

function namesOf(row: ProxyRow): ReturnType<typeof proxyOf> & { readonly workload: string } {
  const { cluster, namespace, name, workload } = row;
  return { mesh_cluster: cluster, proxy_namespace: namespace, proxy: name, workload };
}

interface Detailed {
  readonly state: ProxyRow['state'];
  readonly info: Lists['info'][number];
  readonly states: readonly Lists['syncState'][number][];
}

/**
 * The last samples of each proxy: where they would say the same they are the same objects, which nobody writes anew. After
 * a push to all, every row is another, and nearly all are told alike.
 */
const details = carriedFor<string, Detailed>();

function addDetail(lists: Lists, row: ProxyRow, making: Making<string, Detailed>): void {
  const key = proxyKey(row, row.cluster);
  const last = making.last(key);
  const isSame = last !== undefined && hasSameLabels(last, row);
  const detailed = isSame ? last : { state: row.state, info: infoOf(row), states: statesOf(row) };
  making.keep(key, detailed);
  lists.info.push(detailed.info);
  for (const sample of detailed.states) lists.syncState.push(sample);
}

/** Of a row of the same proxy. */
function hasSameLabels({ state, info: { labels } }: Detailed, row: ProxyRow): boolean {
  const { workload, type, istioVersion = '', revision = '', istiod = '' } = row;
  if (state !== row.state || labels.workload !== workload || labels.proxy_type !== type) return false;
  return labels.istio_version === istioVersion && labels.revision === revision && labels.istiod === istiod;
}

function infoOf(row: ProxyRow): Detailed['info'] {
  const { cluster, namespace, name, workload, type, istioVersion = '', revision = '', istiod = '' } = row;
  const labels = {
    mesh_cluster: cluster,
    proxy_namespace: namespace,
    proxy: name,
    workload,
    proxy_type: type,
    istio_version: istioVersion,
    revision,
    istiod,
  };
  return { labels, value: 1 };
}

/** A missing proxy has no sync state: meshladder_proxy_missing speaks for it. */
function statesOf(row: ProxyRow): Detailed['states'] {
  if (row.state === 'MISSING') return [];
  const { cluster, namespace, name, workload } = row;
  return SYNC_STATES.map((state) => ({
    labels: { mesh_cluster: cluster, proxy_namespace: namespace, proxy: name, workload, state },
    value: state === row.state ? 1 : 0,
  }));
}

function addTypes(lists: Lists, row: ProxyRow): void {
  for (const name in row.types) {
    const xdsType = name as XdsType;
    const type = row.types[xdsType];
    if (type !== undefined && isWorthTelling(xdsType, type)) addType(lists, row, xdsType, type);
  }
}

function isWorthTelling(xdsType: XdsType, { state }: TypeRow): boolean {
  return state !== 'SYNCED' && !(state === 'NOT_SENT' && isNotSentNormal(xdsType));
}

function addType(lists: Lists, row: ProxyRow, xds_type: XdsType, { state, since, reason }: TypeRow): void {
  const names = namesOf(row);
  lists.typeState.push({ labels: { ...names, xds_type, state }, value: 1 });
  if (state === 'NOT_SENT') return;
  if (since !== undefined) {
    lists.unackedSince.push({ labels: { ...names, proxy_type: row.type, xds_type }, value: since });
  }
  if (state === 'ERROR') {
    lists.rejected.push({ labels: { ...proxyOf(row), xds_type, reason: reason ?? 'other' }, value: 1 });
  }
}
