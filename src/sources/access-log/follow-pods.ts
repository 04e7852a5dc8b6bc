import { known } from '../../model/observed.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import type { Positions } from './checkpoint.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { Follow, FollowNeeds } from './follow.ts';
import { createPodStreams, type PodStreams } from './pod-streams.ts';
import { restoreCheckpoint } from './restore-checkpoint.ts';
import type { LogPlace } from './source.ts';

type ApiPlace = Extract<LogPlace, { readonly kind: 'api' }>;

/** Follows the logs of pods through the Kubernetes API. */
export function followPods(place: ApiPlace, needs: FollowNeeds): Follow {
  let streams: PodStreams | undefined;
  let caughtUp = needs.checkpointDir === undefined;
  return {
    caughtUp: () => {
      caughtUp ||= streams?.caughtUp() === true;
      return caughtUp;
    },
    run: async (context, signal) => {
      const resume = await restoreCheckpoint(needs, context);
      // Where nothing is given back, nothing can be too low.
      caughtUp ||= resume === undefined;
      // The counts of lines begin at 0, not with the first line.
      needs.tally.skipped('api', 0);
      const mine = createPodStreams({ ...place, ...needs, context, resume: resume?.streams });
      streams = mine;
      const positions = (): Positions => ({ positions: [], streams: mine.positions() });
      const saver = createCheckpointWriter({ ...needs, context, positions, ready: mine.listed });
      const rounds = followRounds({ place, needs, context, streams: mine }, signal);
      try {
        await Promise.all([rounds, saver.run(signal)]);
      } finally {
        await mine.close();
        await saver.save();
      }
    },
  };
}

interface Following {
  readonly place: ApiPlace;
  readonly needs: FollowNeeds;
  readonly context: SourceContext<Traffic>;
  readonly streams: PodStreams;
}

/** Opens what should be open, lets go of what has ended, and tells what was counted, round by round. */
function followRounds({ place, needs, context, streams }: Following, signal: AbortSignal): Promise<void> {
  const { scheduler, tally, intervalMs } = needs;
  const sayUnfollowed = createUnfollowedSayer(place.maxStreams, context);
  const round = async (stop: AbortSignal): Promise<void> => {
    const pods = place.pods();
    const value = known(pods);
    if (value === undefined) {
      // Pending is told by the source of the pods.
      if (pods.state === 'failed') context.report({ ok: false, errors: [pods.error] });
      return;
    }
    const unfollowed = streams.update([...value.values()], stop);
    const { ok, errors } = streams.takeReport();
    // When none can be read, what was counted stays true, and grows old.
    if (ok) context.publish(tally.traffic());
    context.report({ ok, errors: [...sayUnfollowed(unfollowed), ...errors] });
  };
  return scheduler.repeat('access-log', () => intervalMs, round, signal);
}

/** That logs are not followed is an error of each round, and in the log once. */
function createUnfollowedSayer(
  followed: number,
  { log }: SourceContext<Traffic>,
): (unfollowed: number) => readonly SourceError[] {
  let said = false;
  return (unfollowed) => {
    if (unfollowed === 0) return [];
    const detail = `${unfollowed} logs are not followed: raise accessLog.maxStreams (${followed}), or run agents`;
    if (!said) log.warn({ followed, not_followed: unfollowed }, 'more logs than accessLog.maxStreams');
    said = true;
    return [{ code: 'truncated', detail }];
  };
}
