import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import { FAMILIES as ROUTES } from '../../rungs/routes/families.ts';
import type { Dashboard } from './dashboard.ts';
import { AGE } from './known-zero.ts';
import { NAMESPACE_LINK } from './links.ts';
import { tableOf, timeseries } from './panel.ts';
import { NAMESPACE, series, seriesOfMesh } from './selector.ts';

const SENT = 'direction="outbound"';
const DESTINATION = 'destination=~"$destination"';

/** Does traffic split as it is declared? */
export const ROUTES_DASHBOARD: Dashboard = {
  uid: 'meshladder-routes',
  title: 'meshladder / 5 Canary and routes',
  description: 'Declared, loaded and observed shares of each subset. Where they part is the broken link.',
  variables: [
    NAMESPACE,
    {
      name: 'destination',
      label: 'Destination',
      query:
        'label_values(meshladder_route_weight_declared_ratio{job=~"$job",mesh_cluster=~"$mesh_cluster"}, destination)',
    },
  ],
  sections: [
    {
      title: 'Declared against observed',
      panels: [
        { ...AGE, height: 8 },
        timeseries({
          title: 'Declared shares',
          width: 10,
          description: 'What VirtualServices and HTTPRoutes say, by route and subset.',
          unit: 'percentunit',
          max: 1,
          targets: [
            {
              expr: `max by (destination, route, subset) (${series(ROUTES.declaredRatio, DESTINATION)})`,
              legend: '{{destination}} {{route}} {{subset}}',
            },
          ],
        }),
        timeseries({
          title: 'Observed shares',
          width: 10,
          runbooks: ['IstioCanaryNotApplied'],
          description:
            'How the requests of each route were divided, from the logs of those that sent them. Normal: as declared, within chance. Below: a caller that is not in sync, or another route that takes them; meshladder check names it.',
          unit: 'percentunit',
          max: 1,
          targets: [
            {
              expr: `sum by (destination, route, subset) (rate(${seriesOfMesh(FLAGS.requests, SENT, DESTINATION)}[$__rate_interval])) / on (destination, route) group_left () (sum by (destination, route) (rate(${seriesOfMesh(FLAGS.requests, SENT, DESTINATION)}[$__rate_interval])) > 0)`,
              legend: '{{destination}} {{route}} {{subset}}',
            },
          ],
        }),
        tableOf({
          title: 'Each declared share, with its object',
          description:
            'Whose weight it is. Routes of one object that have one name and disagree are left out: no log tells them apart.',
          expr: `max by (object_kind, object_namespace, object_name, route, destination, subset) (${series(ROUTES.declaredRatio, DESTINATION)})`,
          columns: [
            { label: 'object_kind', title: 'Kind' },
            { label: 'object_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'object_name', title: 'Name' },
            { label: 'route', title: 'Route' },
            { label: 'destination', title: 'Destination' },
            { label: 'subset', title: 'Subset' },
            { label: 'Value', title: 'Declared', unit: 'percentunit' },
          ],
        }),
      ],
    },
    {
      title: 'What Envoys hold (where inspect.enabled is on)',
      panels: [
        tableOf({
          title: 'Loaded shares, by the workload that holds them',
          description:
            'What the Envoys of callers were seen to hold. Other than declared: the configuration did not reach them. Absent where replicas disagree.',
          expr: `max by (proxy_namespace, workload, route, destination, subset) (${series(ROUTES.loadedRatio, DESTINATION)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'workload', title: 'Caller' },
            { label: 'route', title: 'Route' },
            { label: 'destination', title: 'Destination' },
            { label: 'subset', title: 'Subset' },
            { label: 'Value', title: 'Loaded', unit: 'percentunit' },
          ],
        }),
      ],
    },
    {
      title: 'Who sends to it',
      panels: [
        timeseries({
          title: 'Requests a second, by caller and subset',
          description:
            'From the logs of those that send. A caller without a sidecar is not seen here, and routes do not hold for it.',
          unit: 'reqps',
          width: 24,
          targets: [
            {
              expr: `sum by (workload, subset) (rate(${series(FLAGS.requests, SENT, DESTINATION)}[$__rate_interval]))`,
              legend: '{{workload}} to {{subset}}',
            },
          ],
        }),
      ],
    },
  ],
};
