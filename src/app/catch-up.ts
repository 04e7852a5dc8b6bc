import type { Log } from '../runtime/log.ts';
import type { Clock } from '../sources/source.ts';

/** Whoever has not caught up by then will not: a scrape with a counter reset is better than none. */
const DEADLINE_MS = 300_000;

/**
 * Says why no scrape may be answered yet. After a restart counters begin where the checkpoint left them and move on to
 * where the last scrape saw them; a scrape in between would see them run backwards, which PromQL takes for a reset.
 */
export function createCatchUp(caughtUp: () => boolean, clock: Clock, log: Log): () => string | undefined {
  const startedAtMs = clock.monotonicMs();
  let done = false;
  return () => {
    done ||= caughtUp();
    if (done) return undefined;
    if (clock.monotonicMs() - startedAtMs < DEADLINE_MS) {
      return 'the logs written while the exporter was not running are being read; counters would run backwards until then';
    }
    done = true;
    log.warn({}, 'serving metrics before all logs were read: counters may have run backwards');
    return undefined;
  };
}
