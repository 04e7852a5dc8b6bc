import type { Config } from '../config/config.ts';
import type { PrometheusOptions } from '../sources/prometheus/instant-query.ts';

/** How to ask the configured Prometheus; undefined where none is configured. */
export function prometheusOptions({ prometheus, cluster }: Config): PrometheusOptions | undefined {
  const { url, tokenFile, timeout } = prometheus;
  if (url === undefined) return undefined;
  return { url, meshCluster: cluster.id, timeoutMs: timeout, ...(tokenFile !== undefined && { tokenFile }) };
}
