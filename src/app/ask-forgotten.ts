import type { Config } from '../config/config.ts';
import type { Log } from '../runtime/log.ts';
import type { PrometheusOptions } from '../sources/prometheus/instant-query.ts';
import { prometheusOptions } from './prometheus.ts';

/** What a restart forgot, and a Prometheus may still know. */
export interface Forgotten<T> {
  /** As in `since when proxies are out of sync`. */
  readonly what: string;
  ask(prometheus: PrometheusOptions, signal: AbortSignal): Promise<T>;
  /** @returns how many there were, by a name for the log */
  take(answer: T): Readonly<Record<string, number>>;
}

/** Asks the configured Prometheus, if any, once. What it cannot tell is said in the log, and costs no start. */
export async function askForgotten<T>(
  { config, log }: { readonly config: Config; readonly log: Log },
  { what, ask, take }: Forgotten<T>,
  signal: AbortSignal,
): Promise<void> {
  const prometheus = prometheusOptions(config);
  if (prometheus === undefined) return;
  try {
    const counts = take(await ask(prometheus, signal));
    log.info(counts, `asked Prometheus ${what}`);
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, `Prometheus could not tell ${what}`);
  }
}
