import { defineAlert, type RuleGroup } from '../../rungs/alert.ts';
import { FAMILIES as SOURCES } from '../../rungs/control-plane/families.ts';
import { FAMILIES as LOGS } from '../../rungs/response-flags/families.ts';
import { SELF_FAMILIES } from '../metrics/self-families.ts';

/** A Prometheus that scrapes us under other names sets them in the one place where rules are made. */
const JOB = 'job="meshladder"';
const AGENTS = 'up{job="meshladder-agent"}';

/** How many agents there are; where none is left, how many there were. */
const ALL_AGENTS =
  '{{ range printf "count(up{job=%q}) or max_over_time(count(up{job=%q})[6h:5m])" $labels.job $labels.job | query }} of {{ .Value }}{{ end }}';

const SHARDS = SELF_FAMILIES.totalShards.name;

/** Whether the exporter itself can be relied on: without it all else is blind, not healthy. */
export const EXPORTER_RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'MeshladderDown',
      severity: 'critical',
      thresholds: {},
      expr: () => `absent(up{${JOB}})\nor\nmax by (job) (up{${JOB}}) == 0`,
      for: '5m',
      summary: 'No meshladder exporter is scraped: the mesh is watched by nobody.',
      description:
        'Prometheus scrapes no exporter of job {{ $labels.job }}. Until it does, no alert on the mesh can fire: silence is no health.',
    }),
    defineAlert({
      name: 'MeshladderAgentDown',
      severity: 'warning',
      thresholds: {
        share: {
          value: 0.5,
          unit: 'ratio',
          why: 'A pod that is replaced or a node that reboots is back sooner; one that is killed again and again is up now and then.',
        },
      },
      // Each agent by itself has been down for long: in a rolling update some agent always is, and never the same.
      expr: ({ share }) =>
        [
          'count by (job) (',
          `  avg_over_time(${AGENTS}[30m]) < ${share} and avg_over_time(${AGENTS}[5m]) < ${share}`,
          // A pod that has only begun, and one that is no more, are not judged.
          `  and ${AGENTS} offset 15m and ${AGENTS}`,
          ')',
          'or',
          `max_over_time(count by (job) (${AGENTS})[6h:5m]) unless on (job) ${AGENTS}`,
        ].join('\n'),
      for: '10m',
      summary: 'Agents are down: what their nodes log is counted by nobody.',
      description: `{{ $value }}${ALL_AGENTS} agents of job {{ $labels.job }} are down or gone. Flags and traffic of their nodes are not counted: alerts on these are blind there, not quiet.`,
    }),
    defineAlert({
      name: 'MeshladderSourceStale',
      severity: 'warning',
      thresholds: {
        silentSeconds: {
          value: 300,
          unit: 'seconds',
          why: 'Sources are polled every 10 to 30 seconds; for longer than this nobody has read them.',
        },
      },
      expr: ({ silentSeconds }) =>
        [
          `time() - max by (mesh_cluster, source) (last_over_time(${SOURCES.sourceLastSuccess.name}[15m])) > ${silentSeconds}`,
          'or',
          `max by (mesh_cluster, source) (${SOURCES.sourceUp.name}) == 0`,
          'or',
          // What one shard is blind to no other sees.
          `max by (mesh_cluster, source) (${SOURCES.sourceUp.name} == 0 and on (job, instance) ${SHARDS} > 1)`,
        ].join('\n'),
      for: '5m',
      summary: 'The exporter cannot read one of its sources.',
      description:
        'Nothing has come from the source {{ $labels.source }} for a while. What it feeds is absent from the metrics, and its alerts are blind, not quiet: /api/v1/status says why.',
    }),
    defineAlert({
      name: 'MeshladderUnparsedLogs',
      severity: 'warning',
      thresholds: {
        share: {
          value: 0.01,
          unit: 'ratio',
          why: 'A few lines are cut by container runtimes; one in a hundred is a format.',
        },
        lines: { value: 20, unit: 'count', why: 'Fewer in a quarter of an hour can be chance.' },
      },
      expr: ({ share, lines }) =>
        [
          `sum by (source) (increase(${LOGS.accessLogLines.name}{result="unparsed"}[15m]))`,
          `  / (sum by (source) (increase(${LOGS.accessLogLines.name}{result=~"access|unparsed"}[15m])) > 0) > ${share}`,
          `and sum by (source) (increase(${LOGS.accessLogLines.name}{result="unparsed"}[15m])) > ${lines}`,
        ].join('\n'),
      for: '10m',
      summary: 'Access-log lines are of a format that the exporter cannot read.',
      description:
        '{{ $value | humanizePercentage }} of the access lines of source {{ $labels.source }} cannot be read, so their flags are not counted: accessLog.format must name the accessLogFormat of the mesh.',
    }),
    defineAlert({
      name: 'MeshladderSeriesCapped',
      severity: 'warning',
      thresholds: {},
      expr: () => `sum by (mesh_cluster, family) (increase(${SELF_FAMILIES.seriesCapped.name}[15m])) > 0`,
      for: '15m',
      summary: 'A metric family has reached its limit of series.',
      description:
        '{{ $labels.family }} has more series than metrics.maxSeries lets it have: the others are added up under __other__, and what concerns them cannot be told apart.',
    }),
    defineAlert({
      name: 'MeshladderWebConfigRejected',
      severity: 'warning',
      thresholds: {},
      expr: () => `min by (mesh_cluster, instance) (last_over_time(${SELF_FAMILIES.webConfigReloadOk.name}[3m])) == 0`,
      for: '10m',
      summary: 'The web configuration of an exporter has changed to something that cannot be taken.',
      description:
        'The exporter {{ $labels.instance }} goes on with the certificates and passwords it had before. They run out in time, and after a restart it would not start: its log names the key and the line.',
    }),
    defineAlert({
      name: 'MeshladderShardsMissing',
      severity: 'critical',
      thresholds: {},
      expr: () =>
        [
          `max by (mesh_cluster) (last_over_time(${SHARDS}[3m]))`,
          `  - count by (mesh_cluster) (count by (mesh_cluster, shard_ordinal) (last_over_time(${SELF_FAMILIES.shardOrdinal.name}[3m]))) > 0`,
        ].join('\n'),
      for: '5m',
      summary: 'A part of the mesh is watched by nobody: not every shard is scraped.',
      description:
        '{{ $value }} of the shards into which the mesh {{ $labels.mesh_cluster }} is divided are exposed by nobody. On their namespaces no alert can fire: silence is no health.',
    }),
    defineAlert({
      name: 'MeshladderShardingMismatch',
      severity: 'critical',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster) (last_over_time(${SHARDS}[3m]))\n  != min by (mesh_cluster) (last_over_time(${SHARDS}[3m]))`,
      for: '15m',
      summary: 'Exporters do not agree among how many of them the mesh is divided.',
      description:
        'In the mesh {{ $labels.mesh_cluster }} one exporter believes in {{ $value }} shards and another in fewer. Some namespaces are exposed twice, others not at all: shard.count must be the same for all.',
    }),
  ],
};
