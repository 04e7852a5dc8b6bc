import { compareText } from '../../model/text-order.ts';
import type { InspectionTarget } from './targets.ts';

/** What is remembered of the last look into a proxy. */
export interface Attempt {
  /** When it began, by a clock that never jumps. */
  readonly atMs: number;
  /** Looks in a row that failed. */
  readonly failures: number;
  /** It told of something that need not last: differences, or a proxy that was not in sync. */
  readonly isDoubtful: boolean;
}

/** What a choice rests on. */
export interface PickOptions {
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** Those that are looked into just now, or wait for a poll to be told. */
  readonly busy: ReadonlySet<string>;
  readonly nowMs: number;
  /** No proxy is looked into more often. */
  readonly intervalMs: number;
  /** Counts choices: each third one is not for the urgent ones, so that they starve nobody. */
  readonly turn: number;
}

/** An urgent proxy is looked at again after this many intervals, to see whether it has come right. */
const URGENT_INTERVALS = 3;
const MAX_INTERVALS = 16;
const NEVER = Number.NEGATIVE_INFINITY;
/** Two replicas are looked at one soon after the other: only such looks can be compared. */
const PAIR_MS = 120_000;

/**
 * Whom to look into next. First those that are out of sync, were rejected, or were found to differ; then the second replica
 * of a workload of which one was just looked into; then workloads nobody has seen, proxies nobody has seen, the oldest look.
 * Pure; undefined where nobody is due.
 */
export function pickTarget(list: readonly InspectionTarget[], options: PickOptions): InspectionTarget | undefined {
  const due = list.filter((target) => !options.busy.has(target.key) && isDue(target, options));
  const [urgent, calm] = [
    due.filter((each) => isUrgent(each, options)),
    due.filter((each) => !isUrgent(each, options)),
  ];
  const oldest = first(urgent, (target) => [options.attempts.get(target.key)?.atMs ?? NEVER]);
  const isTheirTurn = options.turn % 3 < 2 || calm.length === 0;
  if (oldest !== undefined && isTheirTurn) return oldest;
  const kin = kinSeen(list, options);
  return first(calm, (target) => rankOf(target, kin.get(kinOf(target)), options)) ?? oldest;
}

function isUrgent({ key, verdict }: InspectionTarget, { attempts }: PickOptions): boolean {
  return (
    verdict === 'stale' || verdict === 'rejected' || verdict === 'missing' || attempts.get(key)?.isDoubtful === true
  );
}

function isDue(target: InspectionTarget, options: PickOptions): boolean {
  const { attempts, nowMs, intervalMs } = options;
  const last = attempts.get(target.key);
  if (last === undefined) return true;
  const calmly = Math.min(2 ** last.failures, MAX_INTERVALS);
  const intervals = Math.max(calmly, isUrgent(target, options) ? URGENT_INTERVALS : 1);
  return nowMs - last.atMs >= intervals * intervalMs;
}

/** What was seen of replicas that should hold the same. */
interface KinSeen {
  /** When one of them was looked into last. */
  newestMs: number;
  /** The same with success, and when another one was before it. */
  soundMs: number;
  beforeMs: number;
}

function kinOf({ namespace, workload, kin }: InspectionTarget): string {
  return `${namespace}/${workload} ${kin}`;
}

function kinSeen(list: readonly InspectionTarget[], { attempts }: PickOptions): ReadonlyMap<string, KinSeen> {
  const seen = new Map<string, KinSeen>();
  for (const target of list) {
    const last = attempts.get(target.key);
    if (last === undefined) continue;
    const kin = seen.get(kinOf(target)) ?? { newestMs: NEVER, soundMs: NEVER, beforeMs: NEVER };
    kin.newestMs = Math.max(kin.newestMs, last.atMs);
    if (last.failures === 0) {
      kin.beforeMs = Math.max(kin.beforeMs, Math.min(kin.soundMs, last.atMs));
      kin.soundMs = Math.max(kin.soundMs, last.atMs);
    }
    seen.set(kinOf(target), kin);
  }
  return seen;
}

/** Smaller comes first, part by part. */
type Rank = readonly number[];

function rankOf({ key }: InspectionTarget, kin: KinSeen | undefined, { attempts, nowMs }: PickOptions): Rank {
  const own = attempts.get(key);
  if (kin === undefined) return [1];
  const ownAtMs = own?.atMs ?? NEVER;
  // The newest look stands alone as yet, and there is still time to set another one beside it.
  const isAlone = nowMs - kin.soundMs <= PAIR_MS && kin.soundMs - kin.beforeMs > PAIR_MS;
  const isMate = isAlone && ownAtMs < kin.soundMs;
  if (isMate) return [0, ownAtMs];
  return own === undefined ? [2, kin.newestMs] : [3, ownAtMs];
}

function first(
  targets: readonly InspectionTarget[],
  rank: (target: InspectionTarget) => Rank,
): InspectionTarget | undefined {
  let best: { readonly target: InspectionTarget; readonly rank: Rank } | undefined;
  for (const target of targets) {
    const own = { target, rank: rank(target) };
    if (best === undefined || compareRanked(own, best) < 0) best = own;
  }
  return best?.target;
}

type Ranked = { readonly target: InspectionTarget; readonly rank: Rank };

function compareRanked(one: Ranked, other: Ranked): number {
  for (const [at, part] of one.rank.entries()) {
    const against = other.rank[at] ?? 0;
    if (part !== against) return part < against ? -1 : 1;
  }
  return compareText(one.target.key, other.target.key);
}
