import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import type { Dashboard } from './dashboard.ts';
import { AGE } from './known-zero.ts';
import { NAMESPACE_LINK, PROXY_PAGE_LINK } from './links.ts';
import { stat, stateTimeline, tableOf, timeseries, toldApart } from './panel.ts';
import { PROXY_INSIDE } from './proxy-inside.ts';
import { PROXY as OWN, PROXY_LADDER } from './proxy-ladder.ts';
import { NAMESPACE, series } from './selector.ts';
import { STATE_MAPPINGS, stateNumber } from './sync-states.ts';

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
    {
      name: 'workload',
      label: 'Workload',
      query:
        'label_values(meshladder_proxy_info{job=~"$job",mesh_cluster=~"$mesh_cluster",proxy_namespace=~"$namespace",proxy=~"$proxy"}, workload)',
      follows: true,
    },
  ],
  sections: [
    { title: 'Every rung, lowest first', panels: [...PROXY_LADDER, AGE] },
    {
      title: 'In sync?',
      panels: [
        tableOf({
          title: 'Version and istiod',
          description:
            'Which Istio it runs, and which istiod it is connected to. A row stays while the proxy is missing.',
          runbooks: ['IstioVersionSkew'],
          width: 20,
          height: 4,
          expr: `max by (proxy_namespace, proxy, workload, proxy_type, istio_version, revision, istiod) (${series(SYNC.info, OWN)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'proxy', title: 'Proxy', links: [PROXY_PAGE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'proxy_type', title: 'Kind' },
            { label: 'istio_version', title: 'Version' },
            { label: 'revision', title: 'Revision' },
            { label: 'istiod', title: 'Istiod' },
          ],
        }),
        stat({
          title: 'Endpoints acknowledged',
          description:
            'Share of its endpoint updates that it has acknowledged, where istiod tells: the SYNCED (100%) of proxy-status.',
          unit: 'percentunit',
          expr: `min(${series(SYNC.endpointAckedRatio, OWN)})`,
        }),
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
          description: 'The first push after the last one that it acknowledged. Normal: empty, or seconds old.',
          runbooks: ['IstioProxyStale'],
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
          runbooks: ['IstioProxyFlapping'],
          colours: toldApart(['eds', 'cds', 'rds', 'lds']),
        }),
        tableOf({
          title: 'What it rejects',
          description:
            'The class of the reason; the whole text is on the page of meshladder and in meshladder status. Normal: empty.',
          runbooks: ['IstioProxyConfigRejected'],
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
    ...PROXY_INSIDE,
  ],
};
