import { parseScrape } from '../../../src/demo/exporter/scrape.ts';
import type { Watcher } from '../../../src/demo/exporter/watcher.ts';

/** Gives scrapes as they are written down, the last again and again. Each is what the exporter says after `polls` polls. */
export function scriptedWatcher(scrapes: readonly { readonly polls: number; readonly text?: string }[]): Watcher {
  let index = 0;
  return {
    done: new Promise(() => {}),
    async next() {
      const { polls, text = '' } = scrapes[Math.min(index, scrapes.length - 1)] ?? { polls: 0 };
      index += 1;
      return parseScrape(`meshladder_source_polls_total{source="istiod"} ${polls}\n${text}\n`);
    },
  };
}
