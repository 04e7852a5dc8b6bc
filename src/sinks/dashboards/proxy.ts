import { FAMILIES as DIFF } from '../../rungs/config-diff/families.ts';
import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as LOGGING } from '../../rungs/proxy-logging/families.ts';
import type { Dashboard } from './dashboard.ts';
import { stat, stateTimeline, tableOf, timeseries } from './panel.ts';
import { NAMESPACE, series } from './selector.ts';
import { STATE_MAPPINGS, stateNumber } from './sync-states.ts';

const OWN = 'proxy=~"$proxy"';

/** What happened to this proxy, rung by rung? */
export const PROXY_DASHBOARD: Dashboard = {
  uid: 'meshladder-proxy',
  title: 'meshladder / 3 Proxy',
  description: 'One proxy: its sync states over time, since when it is behind, and what was seen inside of it.',
  variables: [
    NAMESPACE,
    {
      name: 'proxy',
      label: 'Proxy',
      query:
        'label_values(meshladder_proxy_info{job=~"$job",mesh_cluster=~"$mesh_cluster",proxy_namespace=~"$namespace"}, proxy)',
    },
  ],
  sections: [
    {
      title: 'Which one',
      panels: [
        stat({
          title: 'Out of sync since',
          description:
            'Since when it has not held current configuration: kept through STALE, missing and reconnecting. Normal: not known, which means that it holds it.',
          unit: 'dateTimeFromNow',
          steps: [[null, 'warning']],
          width: 6,
          expr: `min(${series(SYNC.outOfSyncSince, OWN)}) * 1000`,
        }),
        stat({
          title: 'Endpoints acknowledged',
          description:
            'Share of its endpoint updates that it has acknowledged, where istiod tells: the SYNCED (100%) of proxy-status.',
          unit: 'percentunit',
          width: 6,
          expr: `min(${series(SYNC.endpointAckedRatio, OWN)})`,
        }),
        tableOf({
          title: 'Version and istiod',
          description:
            'Which Istio it runs, and which istiod it is connected to. A row stays while the proxy is missing.',
          width: 12,
          height: 4,
          expr: `max by (proxy, workload, proxy_type, istio_version, revision, istiod) (${series(SYNC.info, OWN)})`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'workload', title: 'Workload' },
            { label: 'proxy_type', title: 'Kind' },
            { label: 'istio_version', title: 'Version' },
            { label: 'revision', title: 'Revision' },
            { label: 'istiod', title: 'Istiod' },
          ],
        }),
      ],
    },
    {
      title: 'In sync?',
      panels: [
        stateTimeline({
          title: 'Its worst state over time',
          description:
            'SYNCED is normal. A gap is a time in which no istiod listed it: it was missing. STALE before a gap is a proxy that was cut off.',
          targets: [
            {
              expr: stateNumber(['proxy'], (state) => series(SYNC.syncState, OWN, `state="${state}"`)),
              legend: '{{proxy}}',
            },
          ],
          mappings: STATE_MAPPINGS,
        }),
        tableOf({
          title: 'Types that are not SYNCED',
          description: 'Which of CDS, LDS, EDS, RDS it has not acknowledged or rejects. Normal: empty.',
          width: 12,
          height: 6,
          expr: `max by (proxy, xds_type, state) (${series(SYNC.typeState, OWN)})`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'xds_type', title: 'Type' },
            { label: 'state', title: 'State' },
          ],
        }),
        tableOf({
          title: 'What it has not acknowledged, and since when',
          description:
            'The first push after the last one that it acknowledged. Normal: empty, or seconds old. Runbook: IstioProxyStale.',
          width: 12,
          height: 6,
          expr: `min by (proxy, xds_type) (${series(SYNC.unackedSince, OWN)} * 1000)`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'xds_type', title: 'Type' },
            { label: 'Value', title: 'Since', unit: 'dateTimeFromNow' },
          ],
        }),
        timeseries({
          title: 'Changes of state in five minutes, in its namespace',
          description:
            'How often proxies of the namespace turned STALE or ERROR. Normal: a few after a push. A steady rate is a proxy that is too slow, or pushes that come too often.',
          unit: 'short',
          height: 6,
          targets: [
            {
              expr: `sum by (xds_type, state) (increase(${series(SYNC.stateChanges, 'state=~"STALE|ERROR"')}[5m]))`,
              legend: '{{xds_type}} {{state}}',
            },
          ],
        }),
        tableOf({
          title: 'What it rejects',
          description:
            'The class of the reason; the whole text is on the page of meshladder and in meshladder status. Normal: empty.',
          width: 12,
          height: 6,
          expr: `max by (proxy, xds_type, reason) (${series(SYNC.rejected, OWN)})`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'xds_type', title: 'Type' },
            { label: 'reason', title: 'Reason' },
          ],
        }),
      ],
    },
    {
      title: 'Inside of it (where inspect.enabled is on)',
      panels: [
        tableOf({
          title: 'Differences from istiod',
          description:
            'Resources in which its Envoy differs from what istiod would send, as of the last look. Normal: 0 in each section. meshladder diff shows them.',
          width: 12,
          height: 6,
          expr: `max by (proxy, section) (${series(DIFF.differences, OWN)})`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'section', title: 'Section' },
            { label: 'Value', title: 'Resources' },
          ],
        }),
        tableOf({
          title: 'Loggers above their default',
          description:
            'What somebody turned on to look. Normal: empty. meshladder config log POD.NAMESPACE --level default puts them back.',
          width: 12,
          height: 6,
          expr: `min by (proxy, logger, level) (${series(LOGGING.verboseSince, OWN)} * 1000)`,
          columns: [
            { label: 'proxy', title: 'Proxy' },
            { label: 'logger', title: 'Logger' },
            { label: 'level', title: 'Level' },
            { label: 'Value', title: 'Since', unit: 'dateTimeFromNow' },
          ],
        }),
        tableOf({
          title: 'Replicas that disagree, in its namespace',
          description:
            'Distinct configurations among replicas of a workload that should hold the same. Normal: 1 everywhere. Runbook: IstioReplicaConfigDrift.',
          height: 6,
          expr: `max by (workload_namespace, workload, section) (${series(DIFF.variants)})`,
          columns: [
            { label: 'workload', title: 'Workload' },
            { label: 'section', title: 'Section' },
            { label: 'Value', title: 'Variants' },
          ],
        }),
      ],
    },
    {
      title: 'What its namespace logs',
      panels: [
        timeseries({
          title: 'Lost streams to istiod, by workload',
          description:
            'Lines of proxies that lost their istiod or do not find it. Normal: a few a day. A steady rate is a network that drops, or an istiod that is down.',
          unit: 'short',
          targets: [
            {
              expr: `sum by (workload, reason) (increase(${series(SYNC.xdsStreamFailures)}[5m])) > 0`,
              legend: '{{workload}} {{reason}}',
            },
          ],
        }),
        timeseries({
          title: 'Lines of the proxies themselves, by level',
          description:
            'Normal: hardly any. Debug lines are logging that was left on; warnings come with lost streams and rejections.',
          unit: 'short',
          targets: [
            {
              expr: `sum by (workload, level) (rate(${series(LOGGING.logLines)}[$__rate_interval]))`,
              legend: '{{workload}} {{level}}',
            },
          ],
        }),
      ],
    },
  ],
};
