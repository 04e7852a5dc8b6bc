import type { EpochSeconds } from '../../model/brand.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { Pod } from '../../model/workload.ts';
import type { KubeApi } from '../kubernetes/kube-api.ts';
import type { PollReport, SourceContext } from '../source.ts';
import type { StreamPosition } from './checkpoint.ts';
import { type PodLog, podKey, podLogsOf } from './followed-pods.ts';
import { createPodStream, type PodStream } from './pod-stream.ts';
import type { LogScanner, Tally } from './scanner.ts';
import { LOG_START, type StampPosition } from './stamped-lines.ts';

export interface PodStreamsOptions {
  readonly api: KubeApi;
  readonly container: string;
  readonly maxStreams: number;
  readonly scanner: LogScanner;
  readonly tally: Tally;
  readonly context: SourceContext<Traffic>;
  /** Where an earlier process stopped; undefined begins with what is written from now on. */
  readonly resume: readonly StreamPosition[] | undefined;
}

/** The logs that are followed over the API. */
export interface PodStreams {
  /**
   * Takes over which pods there are now, and opens streams.
   * @returns how many logs are beyond the bound
   */
  update(pods: readonly Pod[], signal: AbortSignal): number;
  /** Whether it was ever told which logs there are. */
  listed(): boolean;
  /** Whether all that was there at first has been read. */
  caughtUp(): boolean;
  positions(): readonly StreamPosition[];
  /** How reading went since this was last asked: failed only where every stream fails. */
  takeReport(): PollReport;
  close(): Promise<void>;
}

/** How long an instance that is gone is waited for, when its stream does not end by itself. */
const LAST_WORDS_MS = 10_000;
/** Streams that begin in one round: the API server shall not see hundreds of requests in one instant. */
const MAX_BEGUN = 25;

interface State {
  readonly options: PodStreamsOptions;
  readonly streams: Map<string, PodStream>;
  /** Positions of logs that no stream follows now. */
  readonly left: Map<string, StampPosition>;
  /** The logs that were there at the first look. */
  atFirst: ReadonlySet<string> | undefined;
  /** Logs of instances that are gone, and since when, on the clock that never jumps. */
  readonly leavingSinceMs: Map<string, number>;
  readonly beganAt: EpochSeconds;
  /** Newest line of the run before, in epoch seconds: what began later is read from its beginning. */
  readonly savedAt: number | undefined;
  listed: boolean;
}

export function createPodStreams(options: PodStreamsOptions): PodStreams {
  const { context, maxStreams, resume = [] } = options;
  const state: State = {
    options,
    streams: new Map(),
    left: new Map(resume.map(({ series, stamp, seen }) => [series, { stamp, seen }])),
    atFirst: undefined,
    leavingSinceMs: new Map(),
    beganAt: context.clock.now(),
    savedAt: newestOf(resume),
    listed: false,
  };
  const { streams } = state;
  return {
    update(pods, signal) {
      const wanted = podLogsOf(pods);
      const followed = wanted.slice(0, maxStreams);
      state.atFirst ??= new Set(wanted.map(({ key }) => key));
      const complete = beginMissing(state, followed);
      leaveOthers(state, followed);
      forgetGone(state, pods);
      for (const stream of streams.values()) stream.open(signal);
      state.listed ||= complete;
      return wanted.length - followed.length;
    },
    listed: () => state.listed,
    caughtUp: () => state.listed && streams.values().every((stream) => stream.caughtUp()),
    positions: () => positionsOf(state),
    takeReport: () => reportOf([...streams.values()]),
    close: async () => {
      await Promise.all(streams.values().map((stream) => stream.close()));
    },
  };
}

function newestOf(positions: readonly StreamPosition[]): number | undefined {
  const read = positions.filter(({ seen }) => seen > 0);
  const times = read.map(({ stamp }) => Date.parse(stamp) / 1000).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : times.reduce((one, other) => Math.max(one, other));
}

/** Makes the streams that are missing; false when there are more to make in the next round. */
function beginMissing(state: State, followed: readonly PodLog[]): boolean {
  const missing = followed.filter(({ key }) => !state.streams.has(key));
  for (const log of missing.slice(0, MAX_BEGUN)) {
    const { before } = log;
    const from = before === undefined || state.streams.has(before.key) ? undefined : beginningOf(state, before);
    if (before !== undefined && from !== undefined) begin(state, before, from);
    begin(state, log, beginningOf(state, log) ?? momentOf(state.beganAt));
  }
  return missing.length <= MAX_BEGUN;
}

/** Where to begin with a log, if anything that it holds already is to be counted. */
function beginningOf(state: State, log: PodLog): StampPosition | undefined {
  return state.left.get(log.key) ?? (isNew(state, log) ? LOG_START : undefined);
}

/** Whether a log began after counting did. An instance before the present one is known to be no older than its pod. */
function isNew({ beganAt, savedAt = beganAt, atFirst }: State, log: PodLog): boolean {
  const { key, startedAt = log.podCreatedAt } = log;
  return startedAt >= savedAt || (log.startedAt !== undefined && atFirst?.has(key) !== true);
}

/** Before this nothing counts. */
function momentOf(at: EpochSeconds): StampPosition {
  return { stamp: new Date(at * 1000).toISOString(), seen: 0 };
}

function begin({ options, streams, left, beganAt }: State, log: PodLog, from: StampPosition): void {
  const { context } = options;
  left.delete(log.key);
  const onGap = (): void =>
    context.log.info(
      { pod_namespace: log.namespace, pod_name: log.pod },
      'a log was rotated while no stream was open; lines may be lost',
    );
  const nowMs = (): number => context.clock.monotonicMs();
  streams.set(log.key, createPodStream({ ...options, log, from, beganAt, nowMs, random: Math.random, onGap }));
}

/** An instance that is gone ends its stream by itself, when its last words are said; it is waited for, but not for ever. */
function leaveOthers(state: State, followed: readonly PodLog[]): void {
  const { streams, leavingSinceMs, left, options } = state;
  const current = new Set(followed.map(({ key }) => key));
  const succeeded = new Set(followed.flatMap(({ before }) => before?.key ?? []));
  const nowMs = options.context.clock.monotonicMs();
  const leaving = [...streams].filter(([key]) => !current.has(key));
  for (const [key, stream] of leaving) {
    if (succeeded.has(key)) stream.succeed();
    const sinceMs = leavingSinceMs.get(key) ?? nowMs;
    leavingSinceMs.set(key, sinceMs);
    if (!stream.over() && nowMs - sinceMs < LAST_WORDS_MS) continue;
    leave(state, key, stream);
    // What a container that waits for its restart has not said comes as its previous log.
    if (succeeded.has(key)) left.delete(key);
  }
}

function leave({ streams, left, leavingSinceMs }: State, key: string, stream: PodStream): void {
  streams.delete(key);
  leavingSinceMs.delete(key);
  void stream.close();
  left.set(key, stream.position());
}

/** Positions of pods that are gone are of no use; a container that waits for its restart has its pod still. */
function forgetGone({ left }: State, pods: readonly Pod[]): void {
  if (left.size === 0) return;
  const alive = new Set(pods.map(podKey));
  for (const key of left.keys()) if (!alive.has(key.slice(0, key.lastIndexOf('/')))) left.delete(key);
}

function positionsOf({ streams, left }: State): readonly StreamPosition[] {
  const open = [...streams].map(([series, stream]) => ({ series, ...stream.position() }));
  return [...open, ...[...left].map(([series, position]) => ({ series, ...position }))];
}

/** Each failed attempt is told once; a round in which nothing can be read says why. */
function reportOf(streams: readonly PodStream[]): PollReport {
  const failures = streams.flatMap((stream) => stream.takeErrors());
  const current = streams.flatMap((stream) => stream.error() ?? []);
  const ok = streams.length === 0 || current.length < streams.length;
  return { ok, errors: ok || failures.length > 0 ? failures : current.slice(0, 1) };
}
