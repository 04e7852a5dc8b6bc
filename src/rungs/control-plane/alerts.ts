import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

const pollState = (states: string): string =>
  lastSeen(`${FAMILIES.istiodPollState.name}{state=~"${states}"}`, 'istiod');
const minorOf = (series: string): string =>
  `label_replace(${series}, "minor", "$1", "istio_version", "([0-9]+[.][0-9]+).*")`;

/** Alerts of rung 0: who cannot be asked says nothing of anybody's configuration. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstiodUnreachable',
      severity: 'critical',
      thresholds: {},
      expr: () =>
        [
          `sum by (mesh_cluster) (${pollState('ok|denied')}) == 0`,
          'or',
          `max by (mesh_cluster) (${lastSeen(FAMILIES.istiods.name, 'istiod')}) == 0`,
        ].join('\n'),
      for: '2m',
      summary: 'No istiod of the mesh answers.',
      description:
        'Mesh {{ $labels.mesh_cluster }}: no istiod answers the exporter. Proxies keep what they have; no change reaches them, new pods get no configuration and, after some hours, certificates run out.',
    }),
    defineAlert({
      name: 'IstiodReplicaUnreachable',
      severity: 'warning',
      thresholds: {},
      expr: () => `max by (mesh_cluster, istiod, revision, state) (${pollState('timeout|refused|tls|invalid')}) == 1`,
      for: '5m',
      summary: 'One istiod does not answer the exporter.',
      description:
        'Istiod {{ $labels.istiod }} (revision {{ $labels.revision }}) does not answer: {{ $labels.state }}. The proxies that are connected to it are UNKNOWN, neither synced nor stale.',
    }),
    defineAlert({
      name: 'IstiodDebugAccessDenied',
      severity: 'warning',
      thresholds: {},
      expr: () => `max by (mesh_cluster, istiod, revision) (${pollState('denied')}) == 1`,
      for: '5m',
      summary: 'Istiod does not let the exporter see the sync state of proxies.',
      description:
        'Istiod {{ $labels.istiod }} (revision {{ $labels.revision }}) denies its debug interface. It runs, but whether its proxies are in sync is not known until the exporter has a token that it takes.',
    }),
    defineAlert({
      name: 'IstioVersionSkew',
      severity: 'info',
      thresholds: {},
      expr: () =>
        [
          `count by (mesh_cluster, proxy_namespace, minor) (${minorOf(lastSeen('meshladder_proxy_info{istio_version!=""}', 'istiod'))})`,
          'unless on (mesh_cluster, minor)',
          `count by (mesh_cluster, minor) (${minorOf(lastSeen(`${FAMILIES.istiodInfo.name}{istio_version!=""}`, 'istiod'))})`,
          'and on (mesh_cluster)',
          `count by (mesh_cluster) (${lastSeen(`${FAMILIES.istiodInfo.name}{istio_version!=""}`, 'istiod')})`,
        ].join('\n'),
      for: '1h',
      summary: 'Proxies run a minor version of Istio that no istiod has.',
      description:
        '{{ $value }} proxies of {{ $labels.proxy_namespace }} run Istio {{ $labels.minor }}, and no istiod does: their pods were not restarted after an upgrade.',
    }),
  ],
};
