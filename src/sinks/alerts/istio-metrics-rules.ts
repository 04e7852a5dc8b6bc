import { FLAG_WATCHES } from '../../model/flag-watch.ts';
import type { RuleGroup } from '../../rungs/alert.ts';
import { budgetBurn } from '../../rungs/response-flags/budget-burn.ts';
import { FAMILIES } from '../../rungs/response-flags/families.ts';
import { flagSpike } from '../../rungs/response-flags/flag-spike.ts';
import {
  BURN_REQUESTS,
  burnRatio,
  DESTINATION,
  FLAGS_AT_DESTINATION,
  RECORDINGS,
  WORKLOAD,
} from './istio-metrics-recordings.ts';

/** Where access logs are read they say more of the same, and these are silent: nobody is paged twice. */
function unlessLogsSpeak(labels: readonly string[]): string {
  return `unless on (${labels.join(', ')}) last_over_time(${FAMILIES.requests.name}[15m])`;
}

/** What the docs say of this group. */
export const ISTIO_METRICS_ABOUT: string =
  'Optional: for meshes that read no access logs, and Prometheus scrapes the proxies. It takes the flags from the label `response_flags` of ' +
  "Istio's own `istio_requests_total`, as each `reporter` counts: `source` the clients' proxies, `destination` the servers', `waypoint` the " +
  'waypoints. What two of them see of one request is never added up. Where the exporter counts the requests of the same destination and ' +
  'direction (or, for NR and NC, of the same workload) from access logs, these alerts are silent, so that the file may be loaded in any ' +
  'case; `cluster.id` must then be the cluster id that Istio has. Without logs nobody can tell details, routes or subsets: the text of an ' +
  'alert has less to say. TCP is left out: `istio_tcp_connections_closed_total` counts a connection when it ends, so that with long-lived ' +
  'ones no share of five minutes says how many fail.';

/** For meshes that collect no sidecar logs: what Istio's own `istio_requests_total` says of response flags. */
export const ISTIO_METRICS_RULES: RuleGroup = {
  recordings: RECORDINGS,
  alerts: [
    ...FLAG_WATCHES.map((watch) =>
      flagSpike(watch, {
        alert: 'IstioMetricsFlagSpike',
        runbooks: 'IstioResponseFlagSpike',
        destination: { ...DESTINATION, unless: unlessLogsSpeak(['mesh_cluster', 'destination', 'direction']) },
        workload: { ...WORKLOAD, unless: unlessLogsSpeak(['mesh_cluster', 'proxy_namespace', 'workload']) },
        words: ', as reporter {{ $labels.reporter }} counts them in istio_requests_total',
        causes: {},
      }),
    ),
    budgetBurn({
      name: 'IstioMetricsFlagBudgetBurn',
      runbook: 'IstioFlagBudgetBurn',
      ratio: burnRatio,
      requests: BURN_REQUESTS,
      // An average of windows of five minutes, of which an hour has twelve.
      requestsOfHour: `12 * sum by (mesh_cluster, destination) (avg_over_time(${BURN_REQUESTS}[1h]))`,
      unless: unlessLogsSpeak(['mesh_cluster', 'destination']),
      more: FLAGS_AT_DESTINATION,
    }),
  ],
};
