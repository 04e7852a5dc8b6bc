import type { SourceTask } from '../runtime/source-task.ts';
import type { Clock } from '../sources/source.ts';

/** A source that has not spoken by then no longer holds up the others: what it feeds stays absent. */
const DEADLINE_MS = 30_000;

/**
 * Names the sources that have neither spoken nor used up their time; for good, once all have.
 * @param tasks undefined until it is known which sources there are: probes are answered before
 */
export function createReadiness(
  tasks: () => readonly Pick<SourceTask, 'name' | 'spoken'>[] | undefined,
  clock: Pick<Clock, 'monotonicMs'>,
): () => readonly string[] {
  const startedAtMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - startedAtMs >= DEADLINE_MS) return [];
    const known = tasks();
    if (known === undefined) return ['the sources'];
    return known.filter((task) => !task.spoken()).map((task) => task.name);
  };
}
