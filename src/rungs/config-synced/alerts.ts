import { defineAlert, type RuleGroup } from '../alert.ts';
import { WHOLE_VALUE } from '../alert-text.ts';
import { lastSeen, sourceIsUp } from '../promql.ts';
import { CANARIES_IN_NAMESPACE, CAUSE_IN_NAMESPACE, CAUSE_OF_PROXY } from '../sync-cause.ts';
import { FAMILIES } from './families.ts';
import { AGE, BLOCKED, RECORDINGS, SHARE, VERDICTS } from './recordings.ts';

const NAMESPACE = 'mesh_cluster, proxy_namespace';
const PROXY = 'mesh_cluster, proxy_namespace, proxy, workload';
const HEARD = `and on (mesh_cluster) ${sourceIsUp('istiod')}`;

/** What a description says of all proxies that are out of sync in the namespace of the alert. */
function ofNamespace(aggregate: 'count' | 'max', format: string): string {
  const query = `${aggregate}(${AGE}{proxy_namespace='%s',mesh_cluster='%s'})`;
  return `{{ with printf "${query}" $labels.proxy_namespace $labels.mesh_cluster | query }}{{ . | first | value${format} }}{{ end }}`;
}

/** Alerts of rung 2: since when a proxy has run on old configuration, not which word names it at the moment. */
export const RULES: RuleGroup = {
  recordings: RECORDINGS,
  alerts: [
    defineAlert({
      name: 'IstioProxyStale',
      severity: 'warning',
      thresholds: {
        unackedSeconds: {
          value: 120,
          unit: 'seconds',
          why: 'A proxy acknowledges a push within a second or two, a large one on a busy node within half a minute.',
        },
      },
      expr: ({ unackedSeconds }) =>
        [
          `time() - min by (${PROXY}) (${lastSeen(FAMILIES.unackedSince.name, 'istiod')}`,
          // What is answered with a rejection is not silence: IstioProxyConfigRejected tells it, and why.
          `  unless on (mesh_cluster, proxy_namespace, proxy, xds_type) ${lastSeen(FAMILIES.rejected.name, 'istiod')}) > ${unackedSeconds}`,
          HEARD,
        ].join('\n'),
      for: '1m',
      summary: 'A connected proxy does not acknowledge its configuration.',
      description:
        '{{ $labels.proxy }}.{{ $labels.proxy_namespace }} is connected to istiod and has not acknowledged what it was sent for {{ $value | humanizeDuration }}: it runs on older configuration.',
    }),
    defineAlert({
      name: 'IstioProxyOutOfSync',
      severity: 'warning',
      thresholds: {
        outOfSyncSeconds: {
          value: 300,
          unit: 'seconds',
          why: 'A restart of istiod or of a node lets proxies reconnect within one or two minutes.',
        },
      },
      expr: ({ outOfSyncSeconds }) => `${AGE} > ${outOfSyncSeconds}`,
      for: '1m',
      summary: 'A proxy has run on old configuration for over five minutes.',
      description: `{{ $labels.proxy }}.{{ $labels.proxy_namespace }} has not held current configuration for {{ $value | humanizeDuration }}.${CAUSE_OF_PROXY}`,
    }),
    defineAlert({
      name: 'IstioNamespaceOutOfSync',
      severity: 'critical',
      thresholds: {
        share: {
          value: 0.2,
          unit: 'ratio',
          why: 'One proxy of many is its own alert; a fifth of them is a common cause.',
        },
        proxies: {
          value: 3,
          unit: 'count',
          why: 'In a namespace of two proxies, one is half of them and still only one.',
        },
        outOfSyncSeconds: {
          value: 120,
          unit: 'seconds',
          why: 'Longer than a rollout or a large push keeps many proxies behind at once.',
        },
      },
      expr: ({ share, proxies, outOfSyncSeconds }) =>
        `${SHARE} > ${share}\nand on (${NAMESPACE}) (count by (${NAMESPACE}) (${AGE} > ${outOfSyncSeconds}) >= ${proxies})`,
      for: '1m',
      summary: 'Much of a namespace runs on old configuration.',
      description: `{{ $labels.proxy_namespace }}: {{ $value | humanizePercentage }} of its proxies (${ofNamespace('count', '')}) have not held current configuration for up to ${ofNamespace('max', ' | humanizeDuration')}.${CAUSE_IN_NAMESPACE}${CANARIES_IN_NAMESPACE}`,
    }),
    defineAlert({
      name: 'IstioProxyConfigRejected',
      severity: 'warning',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster, proxy_namespace, proxy, xds_type, reason) (${lastSeen(FAMILIES.rejected.name, 'istiod')}) == 1\n${HEARD}`,
      for: '2m',
      summary: 'A proxy rejects the configuration that istiod sends.',
      description:
        '{{ $labels.proxy }}.{{ $labels.proxy_namespace }} rejects {{ $labels.xds_type | toUpper }}: {{ $labels.reason }}. It keeps what it had in place of what it refuses, and no change of that reaches it until the cause is mended.',
    }),
    defineAlert({
      name: 'IstioGatewayNotSynced',
      severity: 'critical',
      thresholds: {
        outOfSyncSeconds: {
          value: 60,
          unit: 'seconds',
          why: 'All traffic from outside goes through it, and certificates and routes change there first.',
        },
      },
      expr: ({ outOfSyncSeconds }) => `${AGE}{proxy_type="router"} > ${outOfSyncSeconds}`,
      for: '1m',
      summary: 'A gateway runs on old configuration.',
      description: `Gateway {{ $labels.proxy }}.{{ $labels.proxy_namespace }} has not held current configuration for {{ $value | humanizeDuration }}: new routes and certificates do not reach it.${CAUSE_OF_PROXY}`,
    }),
    defineAlert({
      name: 'IstioXdsBlockedByNetworkPolicy',
      severity: 'critical',
      thresholds: {
        outOfSyncSeconds: {
          value: 60,
          unit: 'seconds',
          why: 'Whether the policy is enforced cannot be seen; a proxy that is out of sync as well shows that it is.',
        },
      },
      expr: ({ outOfSyncSeconds }) =>
        `${BLOCKED} > 0\nand on (${NAMESPACE}) (count by (${NAMESPACE}) (${AGE} > ${outOfSyncSeconds}) > 0)`,
      for: '1m',
      // What comes of it ends after it: without its cause, that would be told as well.
      keepFiringFor: '2m',
      summary: 'A NetworkPolicy keeps proxies from istiod.',
      description: `{{ $labels.proxy_namespace }}: ${ofNamespace('count', '')} proxies out of sync for ${ofNamespace('max', ' | humanizeDuration')}; NetworkPolicy {{ $labels.policy_namespace }}/{{ $labels.policy }} blocks {{ $labels.direction }} to istiod:15012.${CANARIES_IN_NAMESPACE}`,
    }),
    defineAlert({
      name: 'IstioProxyFlapping',
      severity: 'warning',
      thresholds: {
        changes: {
          value: 12,
          unit: 'count',
          why: 'For each proxy of the namespace in half an hour. A poll seldom sees a proxy between push and acknowledgement; that it does so twelve times is no rollout.',
        },
      },
      expr: ({ changes }) =>
        `sum by (${NAMESPACE}, xds_type) (increase(${FAMILIES.stateChanges.name}{state=~"STALE|ERROR"}[30m]))\n> on (${NAMESPACE}) group_left () (${changes} * clamp_min(sum by (${NAMESPACE}) (${VERDICTS}), 1))`,
      for: '10m',
      summary: 'Proxies of a namespace fall behind again and again.',
      description: `In {{ $labels.proxy_namespace }}, {{ $labels.xds_type | toUpper }} turned STALE or ERROR ${WHOLE_VALUE} times in 30 minutes: pushes come too often, or proxies are too slow to take them.`,
    }),
  ],
};
