import { defineAlert, type RuleGroup } from '../alert.ts';
import { WHOLE_VALUE } from '../alert-text.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

const SERVICE = 'mesh_cluster, service_namespace, service_name, subset';
const GONE = FAMILIES.goneRequests.name;

const inEnvoy = (health: string): string =>
  `sum by (${SERVICE}) (max by (${SERVICE}, health) (${lastSeen(`${FAMILIES.endpoints.name}{layer="envoy"${health}}`, 'envoy')}))`;

/** Alerts of rung 4: hosts that proxies do not use, and hosts that they use and that are gone. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioEndpointsEjected',
      severity: 'warning',
      thresholds: {
        share: {
          value: 0.5,
          unit: 'ratio',
          why: 'Outlier detection does its work when it ejects a host; when half of them are out, the others carry twice their load.',
        },
      },
      expr: ({ share }) => `${inEnvoy(',health="ejected"')}\n/\n(${inEnvoy('')} > 0) >= ${share}`,
      for: '2m',
      summary: 'Outlier detection has ejected half of the hosts of a service or more.',
      description:
        '{{ $value | humanizePercentage }} of the hosts of {{ $labels.service_name }}.{{ $labels.service_namespace }}{{ with $labels.subset }}, subset {{ . }},{{ end }} are ejected in an Envoy that was looked into: their errors are real, and what is left may be too few.',
    }),
    defineAlert({
      name: 'IstioRequestsToGoneEndpoints',
      severity: 'warning',
      thresholds: {
        requests: {
          value: 10,
          unit: 'count',
          why: 'A pod that ends is sent a last request or two; ten in ten minutes are a proxy that does not know.',
        },
      },
      expr: ({ requests }) =>
        `sum by (mesh_cluster, proxy_namespace, workload, destination) (increase(${GONE}[10m])) > ${requests}`,
      for: '1m',
      summary: 'Proxies send requests to pods that are gone.',
      description: `{{ $labels.workload }}.{{ $labels.proxy_namespace }} sent ${WHOLE_VALUE} requests in ten minutes to hosts of {{ $labels.destination }} that are in no EndpointSlice: its endpoints are old.`,
    }),
  ],
};
