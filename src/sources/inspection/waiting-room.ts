import type { ProxyInspection } from '../../model/inspection.ts';
import type { InspectionMemory } from './memory.ts';
import { isDoubtful, settleLook } from './settle.ts';
import type { InspectionTarget, Targets } from './targets.ts';

/** A look that waits until polls of the istiods say whether anything was sent meanwhile. */
export interface Waiting {
  /** As it was when the look began. */
  readonly target: InspectionTarget;
  readonly look: ProxyInspection;
  readonly startedMs: number;
  readonly endedMs: number;
  /** The newest poll when it had ended; undefined where there was none. */
  readonly poll: number | undefined;
}

/** Looks that have ended and are not told yet. */
export interface WaitingRoom {
  readonly waiting: ReadonlyMap<string, Waiting>;
  enter(look: Waiting): void;
  /** Hands over to memory what has settled. @returns whether anything has */
  release(targets: Targets | undefined, memory: InspectionMemory, nowMs: number): boolean;
}

/** Of two polls that end after a look, the second one has also begun after it. */
const POLLS = 2;
/** Polls come every few seconds; without any, a look is told all the same, and nothing of it counts as settled. */
const PATIENCE_MS = 60_000;

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Waiting>();
  return {
    waiting,
    enter: (look) => void waiting.set(look.target.key, look),
    release(targets, memory, nowMs) {
      const before = waiting.size;
      for (const [key, each] of waiting) {
        const isPolled = targets !== undefined && each.poll !== undefined && targets.poll >= each.poll + POLLS;
        if (!isPolled && nowMs - each.endedMs < PATIENCE_MS) continue;
        waiting.delete(key);
        const after = isPolled ? targets.byKey.get(key)?.delivered : undefined;
        const look = settleLook(each.look, each.target, after);
        memory.settled(key, look, { atMs: each.startedMs, isDoubtful: isDoubtful(look, each.target) });
      }
      return waiting.size < before;
    },
  };
}
