import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen, sourceIsUp } from '../promql.ts';
import { CAUSE_OF_MISSING } from '../sync-cause.ts';
import { FAMILIES } from './families.ts';

/** Alerts of rung 1: a proxy that is not listed, and a pod that has none. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioProxyMissing',
      severity: 'warning',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster, proxy_namespace, proxy, workload) (${lastSeen(FAMILIES.proxyMissing.name, 'istiod')}) == 1\nand on (mesh_cluster) ${sourceIsUp('istiod')}`,
      for: '2m',
      summary: 'A running proxy is connected to no istiod.',
      description: `{{ $labels.proxy }}.{{ $labels.proxy_namespace }} runs and no istiod lists it: its Envoy serves the configuration it had when the connection ended.${CAUSE_OF_MISSING}`,
    }),
    defineAlert({
      name: 'IstioProxyNotInjected',
      severity: 'info',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster, pod_namespace, pod_name, reason) (${lastSeen(FAMILIES.podNotInjected.name, 'kubernetes')}) == 1`,
      for: '15m',
      summary: 'A pod that should have a sidecar runs without one.',
      description:
        '{{ $labels.pod_name }}.{{ $labels.pod_namespace }} has no sidecar though its namespace or labels ask for one ({{ $labels.reason }}): no routes, no mTLS and no policies of the mesh hold for it.',
    }),
  ],
};
