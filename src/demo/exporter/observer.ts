import { setTimeout as sleep } from 'node:timers/promises';
import { ExporterLost } from './exporter-lost.ts';
import { type PodAsked, parseLadder } from './ladder.ts';
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
const READY_PATIENCE_MS = 180_000;
const RETRY_MS = 50;
const LADDER = '/api/v1/ladder';

/**
 * @param url `http://127.0.0.1:PORT`
 * @param pod the ladder is asked with each scrape, of the mesh and of this pod; absent: it is not
 */
export function createObserver(url: string, signal: AbortSignal, pod?: PodAsked): Observer {
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
      const ladder = pod && parseLadder(await ask(LADDER, PATIENCE_MS), await ask(ladderOf(pod), PATIENCE_MS));
      return parseScrape(await ask('/metrics', PATIENCE_MS), ladder);
    },
    ready: async () => void (await ask('/-/ready', READY_PATIENCE_MS)),
  };
}

function ladderOf({ namespace, name }: PodAsked): string {
  return `${LADDER}?${new URLSearchParams({ namespace, pod: name })}`;
}

/** Completed polls of istiod, as the exporter counts them. */
export function pollsOf(scrape: Scrape): number {
  return sumOf(scrape, 'meshladder_source_polls_total', { source: 'istiod' }) ?? 0;
}

/** Completed sweeps through the logs, about one a second: by them an exporter that the machine keeps waiting is told. */
export function sweepsOf(scrape: Scrape): number {
  return sumOf(scrape, 'meshladder_source_polls_total', { source: 'access_log' }) ?? 0;
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
