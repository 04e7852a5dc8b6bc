import type { ControlPlane, IstiodAnswer } from '../../model/control-plane.ts';
import { known } from '../../model/observed.ts';
import { isSilent, proxyTableInSteps } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { SourceError } from '../../model/source-error.ts';
import { SOURCE_ERROR_CODES } from '../../model/source-error.ts';
import { eachInSteps, type Steps } from '../../model/steps.ts';
import { SYNC_STATES, type SyncState } from '../../model/xds.ts';
import { countsByState } from '../counts-by-state.ts';
import { defineRungInSteps, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineControlPlane } from './examine.ts';
import { FAMILIES, POLL_STATES, type PollState } from './families.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 0: whether every istiod can be seen, and answers. */
export const controlPlane: Rung<typeof FAMILIES> = defineRungInSteps({
  id: 'control-plane',
  number: 0,
  question: 'Can we see every istiod, and do they answer?',
  reads: ['sources', 'controlPlane', 'history', 'cluster'],
  families: FAMILIES,
  rules: RULES,
  *evaluateInSteps(snapshot) {
    const lists = noSamples(FAMILIES);
    addSources(lists, snapshot);
    const seen = known(snapshot.controlPlane);
    if (seen !== undefined && !isSilent(snapshot)) yield* addIstiods(lists, snapshot, seen);
    return lists;
  },
  examine: examineControlPlane,
});

/** A source that has not been asked yet is neither up nor down. */
function addSources(lists: Lists, { sources, settings }: MeshSnapshot): void {
  for (const { source, up, lastSuccessAt, polls, errors } of sources) {
    const labels = { mesh_cluster: settings.meshCluster, source };
    if (up !== undefined) lists.sourceUp.push({ labels, value: up ? 1 : 0 });
    if (lastSuccessAt !== undefined) lists.sourceLastSuccess.push({ labels, value: lastSuccessAt });
    lists.sourcePolls.push({ labels, value: polls });
    for (const reason of SOURCE_ERROR_CODES) {
      lists.sourceErrors.push({ labels: { ...labels, reason }, value: errors[reason] });
    }
  }
}

function* addIstiods(lists: Lists, snapshot: MeshSnapshot, { istiods }: ControlPlane): Steps<void> {
  const mesh_cluster = snapshot.settings.meshCluster;
  lists.istiods.push({ labels: { mesh_cluster }, value: istiods.length });
  const counts = yield* countProxies(snapshot, istiods);
  for (const answer of istiods) {
    const { name: istiod, revision } = answer.istiod;
    const labels = { mesh_cluster, istiod, revision };
    const istio_version = answer.version ?? '';
    lists.istiodInfo.push({ labels: { ...labels, istio_version, access: answer.access }, value: 1 });
    addPollState(lists, labels, pollState(answer.error));
    const proxies = counts.get(istiod) ?? new Map<SyncState, number>();
    // One that was never heard may have thousands: that none is known is no zero.
    if (answer.error === undefined || proxies.size > 0) addProxies(lists, labels, proxies);
  }
}

type IstiodLabels = Readonly<Record<'mesh_cluster' | 'istiod' | 'revision', string>>;

function addPollState(lists: Lists, labels: IstiodLabels, polled: PollState): void {
  for (const state of POLL_STATES) {
    lists.istiodPollState.push({ labels: { ...labels, state }, value: state === polled ? 1 : 0 });
  }
}

function addProxies(lists: Lists, labels: IstiodLabels, proxies: ReadonlyMap<SyncState, number>): void {
  for (const [state, value] of countsByState(SYNC_STATES, proxies, !proxies.has('UNKNOWN'))) {
    lists.istiodProxies.push({ labels: { ...labels, state }, value });
  }
}

function pollState(error: SourceError | undefined): PollState {
  if (error === undefined) return 'ok';
  return POLL_STATES.find((state) => state === error.code) ?? 'invalid';
}

/** Each proxy counts once, at the istiod of its newest connection. */
function* countProxies(
  snapshot: MeshSnapshot,
  istiods: readonly IstiodAnswer[],
): Steps<ReadonlyMap<string, ReadonlyMap<SyncState, number>>> {
  const counts = new Map<string, Map<SyncState, number>>();
  for (const { istiod } of istiods) counts.set(istiod.name, new Map());
  yield* eachInSteps(yield* proxyTableInSteps(snapshot), ({ istiod, state }) => {
    const own = istiod === undefined ? undefined : counts.get(istiod);
    if (own !== undefined && state !== 'MISSING') own.set(state, (own.get(state) ?? 0) + 1);
  });
  return counts;
}
