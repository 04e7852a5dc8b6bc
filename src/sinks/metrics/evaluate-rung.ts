import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Rung, Sample } from '../../rungs/rung.ts';

/** By the key of the family. */
export type RungSamples = Readonly<Record<string, readonly Sample[]>>;

/** What a rung tells of a snapshot. */
export interface Evaluation {
  /** None where it failed. */
  readonly samples: RungSamples;
  /** How long it computed, without the time that others had in between. */
  readonly seconds: number;
  /** What it threw. */
  readonly error?: unknown;
}

/** Evaluates a rung, in steps where it has them. @param giveWay called between steps; lets others have their turn */
export async function evaluateRung(
  rung: Rung,
  snapshot: MeshSnapshot,
  giveWay: () => Promise<void>,
): Promise<Evaluation> {
  const watch = createStopwatch();
  try {
    const steps = rung.evaluateInSteps?.(snapshot);
    for (;;) {
      const step = watch.time(() => steps?.next() ?? { done: true, value: rung.evaluate(snapshot) });
      if (step.done === true) return { samples: step.value, seconds: watch.seconds() };
      await giveWay();
    }
  } catch (error) {
    return { samples: {}, seconds: watch.seconds(), error };
  }
}

function createStopwatch(): { time<T>(act: () => T): T; seconds(): number } {
  let ms = 0;
  return {
    time(act) {
      const startedAt = performance.now();
      try {
        return act();
      } finally {
        ms += performance.now() - startedAt;
      }
    },
    seconds: () => ms / 1000,
  };
}
