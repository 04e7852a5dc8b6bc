import { SELF_FAMILIES } from '../metrics/self-families.ts';
import type { Section } from './dashboard.ts';
import { counted } from './known-zero.ts';
import { ANY_IS_BAD } from './ladder-panels.ts';
import { stat, tableOf, timeseries } from './panel.ts';
import { series } from './selector.ts';

const SHARDS = series(SELF_FAMILIES.totalShards);

/** Who does which part, and what it costs. */
export const EXPORTER_ITSELF: readonly Section[] = [
  {
    title: 'Replicas and shards',
    panels: [
      stat({
        title: 'Shards that nobody exposes',
        description:
          'Of the shards into which the mesh is divided. Normal: 0. Above it, the namespaces of those shards are on no dashboard and in no alert.',
        runbooks: ['MeshladderShardsMissing', 'MeshladderShardingMismatch'],
        unit: 'short',
        steps: ANY_IS_BAD,
        expr: `max(${SHARDS}) - count(count by (shard_ordinal) (${series(SELF_FAMILIES.shardOrdinal)}))`,
      }),
      tableOf({
        title: 'Which exporter exposes which shard',
        description: 'Shards are counted from 0. One that no row names is exposed by nobody.',
        width: 10,
        height: 4,
        expr: `max by (instance, shard_ordinal) (${series(SELF_FAMILIES.shardOrdinal)})`,
        columns: [
          { label: 'instance', title: 'Instance' },
          { label: 'shard_ordinal', title: 'Shard' },
        ],
      }),
      tableOf({
        title: 'Who leads',
        description:
          'Of several replicas one exposes the mesh (1) and the others stand by (0). Empty where leaderElection is off. Normal: one 1.',
        width: 10,
        height: 4,
        expr: `max by (instance) (${series(SELF_FAMILIES.leader)})`,
        columns: [
          { label: 'instance', title: 'Instance' },
          { label: 'Value', title: 'Leads' },
        ],
      }),
      tableOf({
        title: 'Versions',
        description: 'Which version of meshladder each exporter and agent runs. One that is not listed is not scraped.',
        runbooks: ['MeshladderDown', 'MeshladderAgentDown'],
        expr: `max by (instance, version, revision, node_version) (${series(SELF_FAMILIES.buildInfo)})`,
        width: 14,
        height: 5,
        columns: [
          { label: 'instance', title: 'Instance' },
          { label: 'version', title: 'Version' },
          { label: 'revision', title: 'Commit' },
          { label: 'node_version', title: 'Node' },
        ],
      }),
      tableOf({
        title: 'Web configuration taken',
        description:
          'Whether the file of web.config could be taken when it last changed (1), or what was before stays in use (0). Empty where there is none.',
        runbooks: ['MeshladderWebConfigRejected'],
        width: 10,
        height: 5,
        expr: `min by (instance) (${series(SELF_FAMILIES.webConfigReloadOk)})`,
        columns: [
          { label: 'instance', title: 'Instance' },
          { label: 'Value', title: 'Taken' },
        ],
      }),
    ],
  },
  {
    title: 'Its own cost',
    panels: [
      timeseries({
        title: 'What it failed at, in five minutes',
        description:
          'Rungs that could not be evaluated, an error of its own; seconds in which it was too busy to do anything; requests that it refused. Normal: 0.',
        unit: 'short',
        targets: [
          { expr: counted(`sum(increase(${series(SELF_FAMILIES.rungErrors)}[5m]))`), legend: 'rungs that failed' },
          { expr: counted(`sum(increase(${series(SELF_FAMILIES.missedTicks)}[5m]))`), legend: 'seconds missed' },
          { expr: counted(`sum(increase(${series(SELF_FAMILIES.requestsRefused)}[5m]))`), legend: 'requests refused' },
        ],
      }),
      timeseries({
        title: 'How long its work takes',
        description:
          'Evaluating the ladder and writing a scrape; and each scheduled task. Normal: far below the interval of scrapes.',
        unit: 's',
        targets: [
          { expr: `max by (instance) (${series(SELF_FAMILIES.renderDuration)})`, legend: 'scrape of {{instance}}' },
          { expr: `max by (task) (${series(SELF_FAMILIES.taskDuration)})`, legend: '{{task}}' },
        ],
      }),
      timeseries({
        title: 'Memory',
        description: 'Resident memory of each exporter and agent.',
        unit: 'bytes',
        targets: [{ expr: 'process_resident_memory_bytes{job=~"$job"}', legend: '{{instance}}' }],
      }),
      timeseries({
        title: 'Processor time a second',
        description: 'Of each exporter and agent; 1 is a whole core of the processor.',
        unit: 's',
        targets: [{ expr: 'rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval])', legend: '{{instance}}' }],
      }),
    ],
  },
];
