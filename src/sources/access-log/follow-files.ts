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
  // Where nothing is given back, nothing can be too low.
  let awaitsLogs = needs.checkpointDir !== undefined;
  return {
    caughtUp: () => !awaitsLogs || tail?.caughtUp() === true,
    run: async (context, signal) => {
      const resume = await restoreCheckpoint(needs, context);
      awaitsLogs = resume !== undefined;
      // The counts of lines begin at 0, not with the first line.
      needs.tally.skipped('files', 0);
      const mine = openTail(place, needs, { resume: resume?.positions, context });
      tail = mine;
      const positions = (): Positions => ({ positions: mine.positions(), streams: [] });
      const saver = createCheckpointWriter({ ...needs, context, positions, ready: mine.listed });
      try {
        await Promise.all([readOn({ place, needs, context, tail: mine }, signal), saver.run(signal)]);
      } finally {
        await saver.save();
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
}

/** Listing thousands of files takes its time: it gets a twentieth of it, and no less than one listing a minute. */
const LISTING_SHARE = 20;
const LONGEST_PAUSE_MS = 60_000;

/** Looks for new files and reads what there is, round by round. */
function readOn(reading: Reading, signal: AbortSignal): Promise<void> {
  const { place, needs, context, tail } = reading;
  const { tally, scheduler, intervalMs } = needs;
  const nowMs = (): number => context.clock.monotonicMs();
  const list = createLister(reading);
  const round = async (stop: AbortSignal): Promise<void> => {
    const untilMs = nowMs() + intervalMs;
    const refused = await list();
    // What is not read by then is read in the next round, which follows at once.
    while ((await tail.pass()) && !stop.aborted && nowMs() < untilMs);
    const problems = tail.takeProblems().map((problem) => fileError(problem, place.root));
    const ok = refused === undefined && !isBlind(tail, problems);
    // A root that was listed once and is not now leaves what was counted true, and old.
    if (ok) context.publish(tally.traffic());
    context.report({ ok, errors: refused === undefined ? problems : [refused, ...problems] });
  };
  return scheduler.repeat('access-log', () => intervalMs, round, signal);
}

/** Lists the folders when it is time; says what keeps it from it, until that is over. */
function createLister({ place, context, tail }: Reading): () => Promise<SourceError | undefined> {
  let dueAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const startedAtMs = context.clock.monotonicMs();
    if (startedAtMs < dueAtMs) return undefined;
    try {
      await tail.discover();
    } catch (problem) {
      return fileError(problem, place.root);
    }
    const tookMs = context.clock.monotonicMs() - startedAtMs;
    dueAtMs = startedAtMs + Math.min(LONGEST_PAUSE_MS, LISTING_SHARE * tookMs);
    return undefined;
  };
}

/** There are logs, and not one can be opened: that nothing is counted says nothing. */
function isBlind(tail: Tail, problems: readonly SourceError[]): boolean {
  const { files, open } = tail.followed();
  return problems.length > 0 && files > 0 && open === 0;
}
