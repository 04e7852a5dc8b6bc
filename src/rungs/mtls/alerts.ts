import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

/** Alerts of rung 5: clients and servers that do not agree. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioMtlsConflict',
      severity: 'warning',
      thresholds: {},
      expr: () =>
        [
          'label_replace(',
          `  max by (mesh_cluster, object_namespace, object_name, destination, reason) (${lastSeen(`${FAMILIES.conflict.name}{reason!="pods_outside_mesh"}`, 'kubernetes')}) == 1,`,
          // The servers' namespace: there their proxies log what comes of it, and there alerts on that are grouped.
          '  "proxy_namespace", "$1", "destination", "[^.]+[.]([^.]+)[.]svc[.].*")',
        ].join('\n'),
      for: '2m',
      summary: 'Clients and servers do not agree on mutual TLS.',
      description:
        '{{ $labels.object_namespace }}/{{ $labels.object_name }} and {{ $labels.destination }}: {{ $labels.reason }}. Connections fail at once, with UC or UF at the client; the server’s application never sees them, and its proxy logs NR (filter_chain_not_found) or nothing.',
    }),
  ],
};
