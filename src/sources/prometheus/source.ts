import type { AskedTraffic } from '../../model/asked-traffic.ts';
import type { Scheduler, Source, SourceContext } from '../source.ts';
import { AskPrometheusError } from './ask-prometheus-error.ts';
import { askTraffic } from './ask-traffic.ts';
import type { PrometheusOptions } from './instant-query.ts';

export interface PrometheusSourceOptions extends PrometheusOptions {
  readonly scheduler: Scheduler;
  readonly intervalMs: number;
}

/** What agents on other nodes have counted reaches the ladder only through the Prometheus that scrapes them. */
export function createPrometheusSource(options: PrometheusSourceOptions): Source<AskedTraffic> {
  const { scheduler, intervalMs } = options;
  return {
    name: 'prometheus',
    rbac: [],
    run: (context, signal) =>
      scheduler.repeat(
        'prometheus',
        () => intervalMs,
        (stop) => poll(options, context, stop),
        signal,
      ),
  };
}

async function poll(
  options: PrometheusOptions,
  { clock, publish, report }: SourceContext<AskedTraffic>,
  signal: AbortSignal,
): Promise<void> {
  try {
    publish(await askTraffic(options, () => clock.now(), signal));
    report({ ok: true, errors: [] });
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof AskPrometheusError)) throw error;
    report({ ok: false, errors: [error.reason] });
  }
}
