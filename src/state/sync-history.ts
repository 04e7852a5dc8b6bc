import type { EpochSeconds } from '../model/brand.ts';
import { objectKey } from '../model/cluster.ts';
import { newestConnectionsInSteps } from '../model/newest-connections.ts';
import { known } from '../model/observed.ts';
import { proxyKey } from '../model/proxy.ts';
import { connectsByItself, isLeaving } from '../model/proxy-pod.ts';
import { revisionOfPod } from '../model/proxy-revision.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { eachInSteps, runSteps, type Steps } from '../model/steps.ts';
import type { ProxyHistory, SyncHistory } from '../model/sync-history.ts';
import type { Pod } from '../model/workload.ts';
import { advanceListed } from './sync-history-listed.ts';
import { closePoll, openPoll, type Poll } from './sync-history-poll.ts';
import { advanceAbsent, holdUnlisted, type UnlistedLook } from './sync-history-unlisted.ts';

/** A proxy that is no longer listed, and that no pod explains, is shown as last known for this long. */
const LAST_KNOWN_SECONDS = 300;

/**
 * Takes in one completed poll of all istiods: since when each proxy is out of sync, which are missing, what changed.
 * Pure. The same poll again, or none yet, gives back `previous`; a proxy of which nothing changed keeps its object.
 * @param now the time of the poll, for every span that is measured over polls
 */
export function advanceHistory(previous: SyncHistory, snapshot: MeshSnapshot, now: EpochSeconds): SyncHistory {
  return runSteps(advanceHistoryInSteps(previous, snapshot, now));
}

/** The same with pauses: ten thousand proxies in one piece would hold up all else for 50 ms. */
export function* advanceHistoryInSteps(
  previous: SyncHistory,
  snapshot: MeshSnapshot,
  now: EpochSeconds,
): Steps<SyncHistory> {
  const controlPlane = known(snapshot.controlPlane);
  if (controlPlane === undefined || controlPlane.poll === previous.poll) return previous;
  const listed = yield* newestConnectionsInSteps(controlPlane, snapshot.settings.meshCluster);
  const poll = openPoll(previous, snapshot, { controlPlane, listed, now });
  yield* takeListed(poll);
  yield* takePods(poll);
  yield* takeOthers(poll);
  return closePoll(poll, controlPlane.poll);
}

function takeListed({ previous, next, listed, meshCluster, advance }: Poll): Steps<void> {
  return eachInSteps(listed, ([key, proxy]) => {
    if (proxy.answer.error !== undefined) return;
    const cluster = proxy.connection.cluster ?? meshCluster;
    next.set(key, advanceListed({ key, cluster, before: previous.get(key), listed: proxy }, advance));
  });
}

interface AbsentProxy {
  readonly look: UnlistedLook;
  readonly pod: Pod;
}

/** Every pod whose proxy should be listed and is not. */
function* takePods(poll: Poll): Steps<void> {
  const { pods, next, view, advance } = poll;
  const absent: AbsentProxy[] = [];
  yield* eachInSteps(pods?.values() ?? [], (pod) => {
    if (!isLeaving(pod) && connectsByItself(pod)) takePod(pod, poll, absent);
  });
  // Rows that could not be read may be theirs.
  const certain = absent.length > view.skippedRows;
  yield* eachInSteps(absent, ({ look, pod }) => {
    next.set(look.key, certain ? advanceAbsent(look, pod, advance) : holdUnlisted(look, advance));
  });
}

/** @param absent takes those that are not listed though they should be */
function takePod(pod: Pod, poll: Poll, absent: AbsentProxy[]): void {
  const { cluster, next, view } = poll;
  const key = proxyKey(pod, cluster);
  if (next.has(key)) return;
  const before = poll.previous.get(key);
  const look = { key, cluster, namespace: pod.namespace, name: pod.name, before };
  const owes = owesConnection(pod, poll);
  if (owes && view.answered && !view.isBlindTo(revisionOfPod(pod, poll.tags) ?? before?.revision)) {
    absent.push({ look, pod });
  } else if (owes || before !== undefined || poll.advance.restored.has(key)) {
    next.set(key, holdUnlisted(look, poll.advance));
  }
}

/** Its proxy runs, and has had time to connect. */
function owesConnection({ proxy }: Pod, { advance, graceSeconds }: Poll): boolean {
  return proxy?.running === true && proxy.startedAt !== undefined && advance.now - proxy.startedAt > graceSeconds;
}

/** Proxies known from before, or to an earlier process, that neither an istiod nor a pod speaks for now. */
function* takeOthers(poll: Poll): Steps<void> {
  const { previous, next, advance } = poll;
  yield* eachInSteps(previous, ([key, before]) => {
    if (!next.has(key) && !hold({ ...before, before }, poll)) poll.forgot = true;
  });
  for (const [key, fact] of advance.restored) {
    if (!next.has(key) && !previous.has(key)) hold({ ...fact, key, before: undefined }, poll);
  }
}

/** Keeps it as last known, where that is worth it. @returns whether it is kept */
function hold(look: UnlistedLook, poll: Poll): boolean {
  if (poll.elsewhere.has(look.cluster) || isGone(look, poll)) return false;
  const held = holdUnlisted(look, poll.advance);
  if (!isWorthHolding(held, poll)) return false;
  poll.next.set(look.key, held);
  return true;
}

/**
 * As long as an istiod that fails now was the last to list it, it is unknown rather than gone. So is one that was out of
 * sync, as long as its pod was there when Kubernetes was last heard: its incident does not end because we are blind.
 */
function isWorthHolding(held: ProxyHistory, { listed, lastPods, cluster, advance }: Poll): boolean {
  if (listed.has(held.key)) return true;
  if (held.outOfSync !== undefined && held.cluster === cluster) {
    if (lastPods?.has(objectKey(held.namespace, held.name)) === true) return true;
  }
  return advance.now - (held.lastListedAt ?? advance.firstAt) <= LAST_KNOWN_SECONDS;
}

/** Its pod was of the cluster we see, and is gone, going or without a proxy now. */
function isGone({ cluster, namespace, name, before }: UnlistedLook, { pods, cluster: ours, view }: Poll): boolean {
  if (pods === undefined || cluster !== ours) return false;
  if (pods.has(objectKey(namespace, name))) return true;
  // Without a pod it may be a virtual machine's, which an istiod that cannot be asked may still hold.
  return view.answered && !view.isBlindTo(before?.revision);
}
