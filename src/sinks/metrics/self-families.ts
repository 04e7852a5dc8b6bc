import type { FamilySpec } from '../../rungs/rung.ts';

type Key =
  | 'buildInfo'
  | 'rungErrors'
  | 'rungDuration'
  | 'seriesCapped'
  | 'seriesRepeated'
  | 'taskDuration'
  | 'missedTicks'
  | 'renderDuration'
  | 'leader'
  | 'shardOrdinal'
  | 'totalShards'
  | 'requestsRefused'
  | 'webConfigReloadOk'
  | 'webConfigReloadedAt';

/** What the exporter says of itself, beside the ladder and prom-client's process and Node metrics. */
export const SELF_FAMILIES: Readonly<Record<Key, FamilySpec>> = {
  buildInfo: {
    name: 'meshladder_build_info',
    help: 'Version of this exporter, the commit it was built from and the Node it runs on; always 1.',
    type: 'gauge',
    stability: 'stable',
    labels: ['version', 'revision', 'node_version'],
  },
  rungErrors: {
    name: 'meshladder_rung_errors_total',
    help: 'Evaluations of a rung that failed by an error of ours; its families are absent from that scrape.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'rung'],
  },
  rungDuration: {
    name: 'meshladder_rung_duration_seconds',
    help: 'Time the last evaluation of a rung took.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'rung'],
  },
  seriesCapped: {
    name: 'meshladder_series_capped_total',
    help: 'Label sets of a family that were folded into __other__ because of metrics.maxSeries.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'family'],
  },
  seriesRepeated: {
    name: 'meshladder_series_repeated_total',
    help: 'Samples left out because their label set stood in the same scrape before; an error of ours.',
    type: 'counter',
    stability: 'experimental',
    labels: ['mesh_cluster', 'family'],
  },
  taskDuration: {
    name: 'meshladder_task_duration_seconds',
    help: 'Time the last run of a scheduled task took, such as a poll of all istiods.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'task'],
  },
  missedTicks: {
    name: 'meshladder_missed_ticks_total',
    help: 'Seconds in which the schedule could not tick, because the event loop was blocked or the machine slept.',
    type: 'counter',
    stability: 'experimental',
    labels: ['mesh_cluster'],
  },
  renderDuration: {
    name: 'meshladder_render_duration_seconds',
    help: 'Time it took to evaluate the ladder and write the last scrape but one, pauses for other work included.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster'],
  },
  leader: {
    name: 'meshladder_leader',
    help: 'Whether this replica leads (1), and so asks istiods and exposes the mesh, or stands by (0). Absent without leaderElection.enabled.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster'],
  },
  shardOrdinal: {
    name: 'meshladder_shard_ordinal',
    help: 'Which shard of the mesh this exporter exposes, counted from 0; 0 where it is not divided.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'shard_ordinal'],
  },
  totalShards: {
    name: 'meshladder_total_shards',
    help: 'Among how many exporters this one believes the mesh to be divided.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster'],
  },
  requestsRefused: {
    name: 'meshladder_http_requests_refused_total',
    help: 'Requests to this exporter that were refused because of who asked, how often, or how much was under way, or because whether they may could not be found out.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'reason'],
  },
  webConfigReloadOk: {
    name: 'meshladder_web_config_last_reload_successful',
    help: 'Whether the web configuration file could be taken when it last changed; while 0, what was before stays in use. Absent without such a file.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster'],
  },
  webConfigReloadedAt: {
    name: 'meshladder_web_config_last_reload_success_timestamp_seconds',
    help: 'When the web configuration file in use was taken.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster'],
  },
};
