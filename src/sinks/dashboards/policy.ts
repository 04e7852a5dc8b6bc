import { FAMILIES as ANALYSIS } from '../../rungs/analysis/families.ts';
import { FAMILIES as AUTHORIZATION } from '../../rungs/authorization/families.ts';
import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as MTLS } from '../../rungs/mtls/families.ts';
import type { Dashboard } from './dashboard.ts';
import { AGE, counted } from './known-zero.ts';
import { ANY_IS_BAD, ANY_IS_WORTH_A_LOOK } from './ladder-panels.ts';
import { NAMESPACE_LINK } from './links.ts';
import { stat, tableOf, timeseries } from './panel.ts';
import { NAMESPACE, series, seriesOfMesh } from './selector.ts';

/** Findings of the namespaces that were chosen, and of what is in none. */
function findingsOf(...more: readonly string[]): string {
  return seriesOfMesh(ANALYSIS.finding, 'object_namespace=~"$namespace|"', ...more);
}

/** Which policies stand in the way? */
export const POLICY_DASHBOARD: Dashboard = {
  uid: 'meshladder-policy',
  title: 'meshladder / 6 Policy',
  description: 'mTLS, authorization, NetworkPolicies and what analysis finds of the objects.',
  variables: [NAMESPACE],
  sections: [
    {
      title: 'Does any stand in the way?',
      panels: [
        AGE,
        stat({
          title: 'mTLS conflicts',
          description: 'DestinationRules and PeerAuthentications by which clients and servers disagree. Normal: 0.',
          runbooks: ['IstioMtlsConflict'],
          unit: 'short',
          width: 5,
          steps: ANY_IS_BAD,
          expr: counted(
            `count(max by (object_namespace, object_name, destination, reason) (${series(MTLS.conflict)}))`,
          ),
        }),
        stat({
          title: 'Requests denied in 5 min',
          description: 'Requests that an AuthorizationPolicy denied. Some is normal; a jump is a change.',
          runbooks: ['IstioAuthorizationDenials'],
          unit: 'short',
          width: 5,
          steps: ANY_IS_WORTH_A_LOOK,
          expr: counted(`round(sum(increase(${series(AUTHORIZATION.denials)}[5m])))`),
        }),
        stat({
          title: 'Policies that block istiod',
          description: 'NetworkPolicies that keep proxies from port 15012, by their objects. Normal: 0.',
          runbooks: ['IstioXdsBlockedByNetworkPolicy'],
          unit: 'short',
          width: 5,
          steps: ANY_IS_BAD,
          expr: counted(`count(max by (policy_namespace, policy) (${series(SYNC.xdsBlocked)}))`),
        }),
        stat({
          title: 'Objects that cannot work',
          description: 'Findings of analysis of level Error in the namespaces chosen, and of no namespace. Normal: 0.',
          runbooks: ['IstioAnalysisError'],
          unit: 'short',
          width: 5,
          steps: ANY_IS_BAD,
          expr: counted(
            `count(max by (code, object_kind, object_namespace, object_name) (${findingsOf('level="Error"')}))`,
          ),
        }),
      ],
    },
    {
      title: 'mTLS',
      panels: [
        tableOf({
          title: 'Conflicts between clients and servers',
          description: 'A DestinationRule or PeerAuthentication by which callers and servers disagree. Normal: empty.',
          runbooks: ['IstioMtlsConflict'],
          width: 12,
          expr: `max by (object_namespace, object_name, destination, reason) (${series(MTLS.conflict)})`,
          columns: [
            { label: 'object_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'object_name', title: 'Object' },
            { label: 'destination', title: 'Destination' },
            { label: 'reason', title: 'Reason' },
          ],
        }),
        tableOf({
          title: 'Effective mode of each workload',
          description:
            'What PeerAuthentications come to, by port; * is every other port. PERMISSIVE takes plain text as well.',
          width: 12,
          expr: `max by (workload_namespace, workload, port, mode) (${series(MTLS.mode)})`,
          columns: [
            { label: 'workload_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'port', title: 'Port' },
            { label: 'mode', title: 'Mode' },
          ],
        }),
      ],
    },
    {
      title: 'Authorization',
      panels: [
        timeseries({
          title: 'Requests denied in five minutes, by policy',
          description:
            'From the logs of the servers. Policy none: an ALLOW policy selects the workload and no rule of any matched. An application that answers 403 itself is not in it.',
          runbooks: ['IstioAuthorizationDenials'],
          unit: 'short',
          targets: [
            {
              expr: `round(sum by (workload, policy_namespace, policy, rule) (increase(${series(AUTHORIZATION.denials)}[5m])))`,
              legend: '{{workload}}: {{policy_namespace}}/{{policy}} rule {{rule}}',
            },
          ],
        }),
        tableOf({
          title: 'Policies in front of each workload',
          description: 'How many select it, by action. A workload without a row takes every request.',
          width: 12,
          expr: `max by (workload_namespace, workload, action) (${series(AUTHORIZATION.policies)})`,
          columns: [
            { label: 'workload_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'action', title: 'Action' },
            { label: 'Value', title: 'Policies' },
          ],
        }),
      ],
    },
    {
      title: 'NetworkPolicies and analysis',
      panels: [
        tableOf({
          title: 'NetworkPolicies that keep proxies from istiod',
          description:
            'Policies that block 15012, by their objects. With proxies out of sync, they are the cause. Normal: empty.',
          runbooks: ['IstioXdsBlockedByNetworkPolicy'],
          width: 10,
          expr: `max by (proxy_namespace, workload, policy_namespace, policy, direction) (${series(SYNC.xdsBlocked)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'policy', title: 'Policy' },
            { label: 'direction', title: 'Blocks' },
          ],
        }),
        tableOf({
          title: 'Findings of analysis',
          description:
            'By the codes of istioctl analyze (IST) and our own (ML). Error: it cannot work. docs/analysis-codes.md tells each code.',
          runbooks: ['IstioAnalysisError'],
          width: 14,
          expr: `max by (level, code, object_kind, object_namespace, object_name) (${findingsOf()})`,
          columns: [
            { label: 'level', title: 'Level' },
            { label: 'code', title: 'Code' },
            { label: 'object_kind', title: 'Kind' },
            { label: 'object_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'object_name', title: 'Object' },
          ],
        }),
      ],
    },
  ],
};
