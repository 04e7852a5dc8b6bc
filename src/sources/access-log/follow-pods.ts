import { known } from '../../model/observed.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import type { StreamPosition } from './checkpoint.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { Follow, FollowNeeds } from './follow.ts';
import { type PodLog, podLogsOf } from './followed-pods.ts';
import { createPodStream, type PodStream } from './pod-stream.ts';
import { restoreCheckpoint } from './restore-checkpoint.ts';
import type { LogPlace } from './source.ts';
import type { StampPosition } from './stamped-lines.ts';

type ApiPlace = Extract<LogPlace, { readonly kind: 'api' }>;

const LAST_WORDS_MS = 10_000;

/** What the rounds share. */
interface Following {
  readonly place: ApiPlace;
  readonly needs: FollowNeeds;
  readonly context: SourceContext<Traffic>;
  readonly streams: Map<string, PodStream>;
  /** Positions of logs that no stream follows now. */
  readonly left: Map<string, StampPosition>;
  /** Logs of instances that are gone, and since when, on the clock that never jumps. */
  readonly leavingSinceMs: Map<string, number>;
  /** Epoch seconds: logs that began after this are read from their beginning. */
  readonly beganAt: number;
  listed: boolean;
  unfollowed: number;
}

/** Follows the logs of pods through the Kubernetes API. */
export function followPods(place: ApiPlace, needs: FollowNeeds): Follow {
  let following: Following | undefined;
  return {
    caughtUp: () => needs.checkpointDir === undefined || (following !== undefined && hasCaughtUp(following)),
    run: async (context, signal) => {
      const resume = await restoreCheckpoint(needs, context);
      // The counts of lines begin at 0, not with the first line.
      needs.tally.skipped('api', 0);
      const mine: Following = {
        place,
        needs,
        context,
        streams: new Map(),
        left: new Map(resume?.streams.map(({ series, stamp, seen }) => [series, { stamp, seen }])),
        leavingSinceMs: new Map(),
        beganAt: context.clock.now(),
        listed: false,
        unfollowed: 0,
      };
      following = mine;
      const saver = createCheckpointWriter({
        ...needs,
        context,
        ready: () => mine.listed,
        positions: () => ({ positions: [], streams: positionsOf(mine) }),
      });
      const round = async (stop: AbortSignal): Promise<void> => {
        readRound(mine, stop);
        await saver.maybe();
      };
      try {
        await needs.scheduler.repeat('access-log', () => needs.intervalMs, round, signal);
      } finally {
        await Promise.all(mine.streams.values().map((stream) => stream.close()));
        await saver.now();
      }
    },
  };
}

function hasCaughtUp({ listed, streams }: Following): boolean {
  return listed && streams.values().every((stream) => stream.caughtUp() || stream.error() !== undefined);
}

/** Opens what should be open, lets go of what has ended, and tells what was counted. */
function readRound(following: Following, signal: AbortSignal): void {
  const { place, needs, context, streams } = following;
  const pods = known(place.pods());
  if (pods === undefined) return;
  const wanted = podLogsOf(pods.values());
  forget(following, new Set(wanted.map(({ key }) => key)));
  const followed = wanted.slice(0, place.maxStreams);
  for (const log of followed) if (!streams.has(log.key)) streams.set(log.key, newStream(following, log));
  for (const { key } of followed) streams.get(key)?.open(signal);
  sayUnfollowed(following, wanted.length - followed.length);
  following.listed = true;
  context.publish(needs.tally.traffic());
  const errors = [...streams.values()].flatMap((stream) => stream.error() ?? []);
  context.report({ ok: errors.length === 0 || errors.length < streams.size, errors });
}

function newStream({ place, needs, context, left, beganAt }: Following, log: PodLog): PodStream {
  const isNew = log.startedAt !== undefined && log.startedAt >= beganAt;
  const position = left.get(log.key);
  left.delete(log.key);
  return createPodStream({
    ...place,
    ...needs,
    log,
    from: position ?? (isNew ? 'start' : { stamp: new Date(beganAt * 1000).toISOString(), seen: 0 }),
    nowMs: () => context.clock.monotonicMs(),
    random: Math.random,
  });
}

/** An instance that is gone ends its stream by itself, when its last words are said; it is waited for, but not for ever. */
function forget({ streams, leavingSinceMs, context }: Following, wanted: ReadonlySet<string>): void {
  const nowMs = context.clock.monotonicMs();
  for (const [key, stream] of streams) {
    if (wanted.has(key)) continue;
    const sinceMs = leavingSinceMs.get(key) ?? nowMs;
    leavingSinceMs.set(key, sinceMs);
    if (!stream.idle() && nowMs - sinceMs < LAST_WORDS_MS) continue;
    streams.delete(key);
    leavingSinceMs.delete(key);
    void stream.close();
  }
}

function positionsOf({ streams, left }: Following): readonly StreamPosition[] {
  const open = [...streams].flatMap(([series, stream]) => {
    const position = stream.position();
    return position === undefined ? [] : [{ series, ...position }];
  });
  return [...open, ...[...left].map(([series, position]) => ({ series, ...position }))];
}

function sayUnfollowed(following: Following, count: number): void {
  if (count === following.unfollowed) return;
  following.unfollowed = count;
  const { context, place } = following;
  if (count > 0)
    context.log.warn(
      { followed: place.maxStreams, not_followed: count },
      'more logs than accessLog.maxStreams: raise it, or run agents',
    );
}
