import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import { type FindingsSince, findingKey } from '../../model/findings-since.ts';
import { instantQuery, type PrometheusOptions, type VectorSample } from './instant-query.ts';

/**
 * Asks Prometheus since when each finding of analysis stood, as the exporter before us exported it in the last 15
 * minutes: for a start without a checkpoint, and for a new leader.
 * @throws AskPrometheusError that names the server and what it said; the caller starts without and says so
 */
export async function askFindings(options: PrometheusOptions, signal: AbortSignal): Promise<FindingsSince> {
  const samples = await instantQuery(question(options.meshCluster), options, signal);
  return new Map(samples.flatMap((sample) => toEntry(sample) ?? []));
}

function question(meshCluster: string): string {
  const family = 'meshladder_analysis_finding_since_timestamp_seconds';
  const selector = `${family}{mesh_cluster=${JSON.stringify(meshCluster)}}`;
  return `min by (code, object_kind, object_namespace, object_name) (last_over_time(${selector}[15m]))`;
}

/** A series without its labels, or of no time, tells of no finding. An empty label is no label to Prometheus. */
function toEntry({ labels, value }: VectorSample): [[string, EpochSeconds]] | undefined {
  const { code, object_kind: kind, object_namespace: namespace = '', object_name: name } = labels;
  if (code === undefined || kind === undefined || name === undefined || value <= 0) return undefined;
  return [[findingKey({ code, object: { kind, namespace, name } }), epochSeconds(value)]];
}
