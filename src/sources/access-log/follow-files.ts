import type { SourceError } from '../../model/source-error.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import type { Checkpoint, Positions } from './checkpoint.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import { fileError } from './file-error.ts';
import type { Follow, FollowNeeds } from './follow.ts';
import { restoreCheckpoint } from './restore-checkpoint.ts';
import type { LogPlace } from './source.ts';
import { createTail, type Tail } from './tail.ts';

/** A writer may hold a file for a moment after it was renamed; the kubelet reopens at once, others within a second. */
const GRACE_MS = 3000;
const CLOSE_AFTER_MS = 60_000;
/** Below the usual limit of 1,024 descriptors, with room for sockets. */
const MAX_OPEN_FILES = 512;

type FilesPlace = Extract<LogPlace, { readonly kind: 'files' }>;

/** Follows the log files of a node. */
export function followFiles(place: FilesPlace, needs: FollowNeeds): Follow {
  let tail: Tail | undefined;
  return {
    // Without a checkpoint nothing is given back that could be too low.
    caughtUp: () => needs.checkpointDir === undefined || tail?.caughtUp() === true,
    run: async (context, signal) => {
      const resume = await restoreCheckpoint(needs, context);
      // The counts of lines begin at 0, not with the first line.
      needs.tally.skipped('files', 0);
      const mine = openTail(place, needs, { resume: resume?.positions, context });
      tail = mine;
      const positions = (): Positions => ({ positions: mine.positions(), streams: [] });
      const saver = createCheckpointWriter({ ...needs, context, positions, ready: mine.listed });
      try {
        await readOn({ place, needs, context, tail: mine, save: saver.maybe }, signal);
      } finally {
        await saver.now();
        mine.close();
      }
    },
  };
}

function openTail(
  { root, container }: FilesPlace,
  { scanner, tally }: FollowNeeds,
  { resume, context }: { resume: Checkpoint['positions'] | undefined; context: SourceContext<Traffic> },
): Tail {
  return createTail({
    root,
    container,
    scanner,
    tally,
    resume,
    nowMs: () => context.clock.monotonicMs(),
    graceMs: GRACE_MS,
    closeAfterMs: CLOSE_AFTER_MS,
    maxOpenFiles: MAX_OPEN_FILES,
  });
}

interface Reading {
  readonly place: FilesPlace;
  readonly needs: FollowNeeds;
  readonly context: SourceContext<Traffic>;
  readonly tail: Tail;
  readonly save: () => Promise<void>;
}

/** Looks for new files and reads what there is, round by round. */
function readOn({ place, needs, context, tail, save }: Reading, signal: AbortSignal): Promise<void> {
  const { tally, scheduler, intervalMs } = needs;
  const round = async (stop: AbortSignal): Promise<void> => {
    const errors: SourceError[] = [];
    let listed = true;
    try {
      await tail.discover();
    } catch (problem) {
      listed = false;
      errors.push(fileError(problem, place.root));
    }
    while ((await tail.pass()) && !stop.aborted) if (tail.caughtUp()) context.publish(tally.traffic());
    errors.push(...tail.takeProblems().map((problem) => fileError(problem, place.root)));
    // A root that was listed once and is not now leaves what was counted true, and old.
    if (listed) context.publish(tally.traffic());
    context.report({ ok: listed, errors });
    await save();
  };
  return scheduler.repeat('access-log', () => intervalMs, round, signal);
}
