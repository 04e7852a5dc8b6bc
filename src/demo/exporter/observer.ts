import { setTimeout as sleep } from 'node:timers/promises';
import { ExporterLost } from './exporter-lost.ts';
import { parseLadder } from './ladder.ts';
import { parseScrape, type Scrape, sumOf } from './scrape.ts';

/** The exporter as anybody sees it who asks its HTTP. */
export interface Observer {
  /** A scrape begun after the call. @throws ExporterLost when there is none for long, or what `signal` aborts */
  scrape(): Promise<Scrape>;
  /** Resolves when the exporter says that it is ready. @throws as `scrape` */
  ready(): Promise<void>;
}

/** How long the exporter may stay silent before the demo gives it up. */
const PATIENCE_MS = 20_000;
const READY_PATIENCE_MS = 60_000;
const RETRY_MS = 50;

/**
 * @param url `http://127.0.0.1:PORT`
 * @param asksLadder whether the ladder is asked with each scrape
 */
export function createObserver(url: string, signal: AbortSignal, asksLadder = false): Observer {
  const ask = async (path: string, patienceMs: number): Promise<string> => {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const answer = await get(`${url}${path}`, signal);
      if (answer.text !== undefined) return answer.text;
      signal.throwIfAborted();
      if (performance.now() > untilMs) throw new ExporterLost(`the exporter does not answer ${path}: ${answer.why}`);
      await sleep(RETRY_MS, undefined, { signal });
    }
  };
  return {
    scrape: async () => {
      const ladder = asksLadder ? parseLadder(await ask('/api/v1/ladder', PATIENCE_MS)) : undefined;
      return parseScrape(await ask('/metrics', PATIENCE_MS), ladder);
    },
    ready: async () => void (await ask('/-/ready', READY_PATIENCE_MS)),
  };
}

/** Completed polls of istiod, as the exporter counts them. */
export function pollsOf(scrape: Scrape): number {
  return sumOf(scrape, 'meshladder_source_polls_total', { source: 'istiod' }) ?? 0;
}

async function get(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly text?: undefined; readonly why: string }> {
  try {
    // Packing ten megabytes several times a second would be more work than all the rest.
    const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
    const text = await response.text();
    return response.status === 200 ? { text } : { why: `HTTP ${response.status} ${text.trim().slice(0, 200)}` };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}
