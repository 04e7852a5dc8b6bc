import { epochSeconds } from '../../model/brand.ts';
import type { RestoredFact } from '../../model/restored-fact.ts';
import { instantQuery, type PrometheusOptions, type VectorSample } from './instant-query.ts';

/**
 * Asks Prometheus since when each proxy was out of sync, as the exporter before us exported it in the last 15 minutes.
 * For a start without a checkpoint, and for a new leader: an incident that began before us keeps its beginning.
 * @throws AskPrometheusError that names the server and what it said; the caller starts without and says so
 */
export async function askOutOfSync(options: PrometheusOptions, signal: AbortSignal): Promise<readonly RestoredFact[]> {
  const samples = await instantQuery(question(options.meshCluster), options, signal);
  return samples.flatMap((sample) => toFact(sample, options.meshCluster) ?? []);
}

function question(meshCluster: string): string {
  const family = 'meshladder_proxy_out_of_sync_since_timestamp_seconds';
  const selector = `${family}{mesh_cluster=${JSON.stringify(meshCluster)}}`;
  return `min by (proxy_namespace, proxy) (last_over_time(${selector}[15m]))`;
}

/** A series without its labels, or of no time, tells of no proxy. */
function toFact({ labels, value }: VectorSample, cluster: string): RestoredFact | undefined {
  const { proxy_namespace: namespace, proxy: name } = labels;
  if (namespace === undefined || name === undefined || value <= 0) return undefined;
  return { cluster, namespace, name, outOfSyncSince: epochSeconds(value) };
}
