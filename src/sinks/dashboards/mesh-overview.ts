import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import { FIRING } from './annotations.ts';
import type { Dashboard } from './dashboard.ts';
import { FLAG_COLOURS, SPIKE_RUNBOOKS } from './flag-panels.ts';
import { AGE, orNone } from './known-zero.ts';
import { LADDER_PANELS } from './ladder-panels.ts';
import { NAMESPACE_LINK, PROXY_LINK, PROXY_PAGE_LINK, RUNBOOK_LINK } from './links.ts';
import { type Step, tableOf, text, timeseries } from './panel.ts';
import { NAMESPACE, series } from './selector.ts';
import { VERDICT_COLOURS } from './sync-states.ts';

const SHARE_STEPS: readonly Step[] = [
  [null, 'good'],
  [0.000_001, 'warning'],
  [0.2, 'bad'],
];

const HOW_TO_READ = `Each rung asks one question of the mesh. **Begin at the lowest rung that is not blue**: a proxy that does not hold current
configuration (rung 2) makes its routes (rung 3) not worth reading. Grey is *not known*, which is not zero: look at the age beside.
Tables and graphs lead down to the namespace and to the proxy; the corner of a panel leads to the runbooks of its alerts.
\`meshladder check\` climbs the same ladder in a terminal, and the page of meshladder in a browser.`;

/** Is the mesh in order, and if not, at which rung does one begin? */
export const MESH_OVERVIEW: Dashboard = {
  uid: 'meshladder-mesh',
  title: 'meshladder / 1 Mesh',
  description: 'The ladder, top to bottom: the first rung that is not blue is where to begin.',
  variables: [NAMESPACE],
  sections: [
    {
      title: 'The ladder: begin at the lowest rung that is not blue',
      panels: [
        ...LADDER_PANELS,
        AGE,
        text({
          title: 'How to read it',
          description: 'The ladder is climbed from rung 0 up: what is broken below explains what is broken above.',
          width: 20,
          height: 4,
          content: HOW_TO_READ,
        }),
      ],
    },
    {
      title: 'What fires',
      panels: [
        tableOf({
          title: 'Alerts that fire',
          description:
            'Alerts of meshladder, as Prometheus has them; what Alertmanager inhibits is here too. Normal: empty. An alert leads to its runbook.',
          height: 7,
          expr: `max by (severity, alertname, proxy_namespace, proxy, workload, destination) (${FIRING})`,
          columns: [
            { label: 'alertname', title: 'Alert', links: [RUNBOOK_LINK] },
            { label: 'severity', title: 'Severity' },
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'proxy', title: 'Proxy', links: [PROXY_LINK, PROXY_PAGE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'destination', title: 'Destination' },
          ],
        }),
      ],
    },
    {
      title: 'Who does not hold current configuration',
      panels: [
        timeseries({
          title: 'Proxies by verdict',
          description:
            'Every proxy that should be connected, by the worst it is. Normal: all synced, with short steps of stale after a push.',
          unit: 'short',
          targets: [
            {
              expr: `sum by (verdict) (max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies)}))`,
              legend: '{{verdict}}',
            },
          ],
          colours: VERDICT_COLOURS,
        }),
        tableOf({
          title: 'Namespaces, worst first',
          description:
            'Share of the proxies of each namespace that do not hold current configuration. Normal: 0 everywhere. Many of one namespace have one cause: look for a NetworkPolicy below.',
          runbooks: ['IstioNamespaceOutOfSync'],
          width: 12,
          expr: `sort_desc(sum by (proxy_namespace) (max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies, 'verdict=~"stale|missing|rejected"')})) / (sum by (proxy_namespace) (max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies)})) > 0))`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'Value', title: 'Out of sync', unit: 'percentunit', steps: SHARE_STEPS },
          ],
        }),
        tableOf({
          title: 'Proxies out of sync, the longest first',
          description:
            'Since when each proxy has not held current configuration. Normal: empty. A row leads to the proxy.',
          runbooks: ['IstioProxyOutOfSync', 'IstioProxyStale', 'IstioProxyMissing', 'IstioGatewayNotSynced'],
          width: 24,
          height: 7,
          expr: `sort(min by (proxy_namespace, proxy, workload, proxy_type) (${series(SYNC.outOfSyncSince)}) * 1000)`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'proxy', title: 'Proxy', links: [PROXY_LINK, PROXY_PAGE_LINK] },
            { label: 'proxy_type', title: 'Kind' },
            { label: 'Value', title: 'Since', unit: 'dateTimeFromNow' },
          ],
        }),
        tableOf({
          title: 'NetworkPolicies that keep proxies from istiod',
          description:
            'Policies that block 15012, by their objects alone: whether the network enforces them cannot be seen. With proxies out of sync, they are the cause. Normal: empty.',
          runbooks: ['IstioXdsBlockedByNetworkPolicy'],
          width: 12,
          height: 6,
          expr: `count by (proxy_namespace, policy_namespace, policy, direction) (${series(SYNC.xdsBlocked)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'policy', title: 'Policy' },
            { label: 'policy_namespace', title: 'In namespace' },
            { label: 'direction', title: 'Blocks' },
            { label: 'Value', title: 'Workloads' },
          ],
        }),
        tableOf({
          title: 'Rejected configuration',
          description: 'What proxies refuse, and why, as a class; the proxy keeps what it had. Normal: empty.',
          runbooks: ['IstioProxyConfigRejected'],
          width: 12,
          height: 6,
          expr: `max by (proxy_namespace, proxy, xds_type, reason) (${series(SYNC.rejected)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'proxy', title: 'Proxy', links: [PROXY_LINK, PROXY_PAGE_LINK] },
            { label: 'xds_type', title: 'Type' },
            { label: 'reason', title: 'Reason' },
          ],
        }),
      ],
    },
    {
      title: 'What users feel',
      panels: [
        timeseries({
          title: 'Requests with failure flags, by destination',
          description: 'Share of outbound requests with a flag that means a failure; the worst ten. Normal: below 1 %.',
          unit: 'percentunit',
          runbooks: ['IstioFlagBudgetBurn'],
          targets: orNone(
            `topk(10, sum by (destination) (rate(${series(FLAGS.flaggedRequests, 'direction="outbound"')}[$__rate_interval])) / sum by (destination) (rate(${series(FLAGS.requests, 'direction="outbound"')}[$__rate_interval])) > 0)`,
            '{{destination}}',
          ),
        }),
        timeseries({
          title: 'Response flags a second',
          description:
            'How often each flag is logged, in either direction. One request through two sidecars may be two lines. meshladder decode FLAG says what a flag means.',
          unit: 'short',
          runbooks: SPIKE_RUNBOOKS,
          targets: orNone(`sum by (flag) (rate(${series(FLAGS.responseFlags)}[$__rate_interval])) > 0`, '{{flag}}'),
          colours: FLAG_COLOURS,
        }),
      ],
    },
  ],
};
