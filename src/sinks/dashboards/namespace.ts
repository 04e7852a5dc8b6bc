import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as ENDPOINTS } from '../../rungs/endpoints/families.ts';
import { FAMILIES as MESH } from '../../rungs/in-mesh/families.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import type { Dashboard } from './dashboard.ts';
import { AGE, counted } from './known-zero.ts';
import { ANY_IS_BAD } from './ladder-panels.ts';
import { dashboardLink, NAMESPACE_LINK, PROXY_LINK, PROXY_PAGE_LINK } from './links.ts';
import { stat, tableOf, timeseries } from './panel.ts';
import { NAMESPACE, series } from './selector.ts';
import { VERDICT_COLOURS } from './sync-states.ts';

const OWN = 'workload=~"$workload"';

/** What is wrong in this namespace, and with which workload? */
export const NAMESPACE_DASHBOARD: Dashboard = {
  uid: 'meshladder-namespace',
  title: 'meshladder / 2 Namespace and workload',
  description: 'Proxies, endpoints and requests of a namespace, by workload.',
  variables: [
    NAMESPACE,
    {
      name: 'workload',
      label: 'Workload',
      query:
        'label_values(meshladder_requests_total{job=~"$job",mesh_cluster=~"$mesh_cluster",proxy_namespace=~"$namespace"}, workload)',
    },
  ],
  sections: [
    {
      title: 'In sync?',
      panels: [
        AGE,
        stat({
          title: 'Proxies in sync',
          description: 'Share of the proxies of the namespace that hold current configuration. Normal: 100 %.',
          runbooks: ['IstioNamespaceOutOfSync'],
          unit: 'percentunit',
          steps: [
            [null, 'bad'],
            [0.8, 'warning'],
            [1, 'good'],
          ],
          expr: `sum(max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies, 'verdict="synced"')})) / sum(max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies)}))`,
        }),
        stat({
          title: 'Proxies',
          description: 'Proxies that should be connected to an istiod.',
          unit: 'short',
          expr: `sum(max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies)}))`,
        }),
        stat({
          title: 'Proxies out of sync',
          description:
            'Proxies of the namespace that do not hold current configuration: STALE, rejected or missing. Normal: 0.',
          runbooks: ['IstioXdsBlockedByNetworkPolicy', 'IstioProxyOutOfSync', 'IstioProxyMissing', 'IstioProxyStale'],
          unit: 'short',
          steps: ANY_IS_BAD,
          expr: counted(`count(max by (proxy_namespace, proxy) (${series(SYNC.outOfSyncSince)}))`),
        }),
        stat({
          title: 'Pods outside the mesh',
          description: 'Pods without any proxy, for whatever reason. Nothing of the mesh holds for them.',
          runbooks: ['IstioProxyNotInjected'],
          unit: 'short',
          expr: counted(`sum(max by (mesh_cluster, pod_namespace) (${series(MESH.pods, 'mesh="none"')}))`),
        }),
        stat({
          title: 'Requests with failure flags',
          description:
            'Share of the requests through proxies of the namespace with a flag that means a failure, over five minutes. Normal: below 1 %.',
          links: [dashboardLink('meshladder-flags', 'response flags')],
          unit: 'percentunit',
          steps: [
            [null, 'good'],
            [0.01, 'warning'],
            [0.05, 'bad'],
          ],
          expr: `sum(increase(${series(FLAGS.flaggedRequests, OWN)}[5m])) / sum(increase(${series(FLAGS.requests, OWN)}[5m]))`,
        }),
        timeseries({
          title: 'Proxies by verdict',
          description: 'Every proxy that should be connected, by the worst it is. Normal: all synced.',
          unit: 'short',
          width: 24,
          targets: [
            {
              expr: `sum by (verdict) (max by (mesh_cluster, proxy_namespace, verdict) (${series(SYNC.expectedProxies)}))`,
              legend: '{{verdict}}',
            },
          ],
          colours: VERDICT_COLOURS,
        }),
        tableOf({
          title: 'Proxies of the namespace',
          description:
            'Every proxy with its version and istiod. A row leads to the proxy. Empty where metrics.proxyDetail is off.',
          expr: `max by (proxy_namespace, proxy, workload, istio_version, revision, istiod) (${series(SYNC.info, OWN)})`,
          columns: [
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'proxy', title: 'Proxy', links: [PROXY_LINK, PROXY_PAGE_LINK] },
            { label: 'workload', title: 'Workload' },
            { label: 'istio_version', title: 'Version' },
            { label: 'istiod', title: 'Istiod' },
          ],
        }),
      ],
    },
    {
      title: 'Endpoints',
      panels: [
        tableOf({
          title: 'Endpoints of services and subsets, by health',
          description:
            'As Kubernetes has them, and as the Envoy with the fewest healthy hosts has them where one was looked into. A subset with 0 ready endpoints answers 503 UH.',
          runbooks: ['IstioResponseFlagSpikeUH', 'IstioEndpointsEjected'],
          expr: `sum by (service_namespace, service_name, subset, layer, health) (max by (mesh_cluster, service_namespace, service_name, subset, layer, health) (${series(ENDPOINTS.endpoints)}))`,
          columns: [
            { label: 'service_namespace', title: 'Namespace' },
            { label: 'service_name', title: 'Service' },
            { label: 'subset', title: 'Subset' },
            { label: 'layer', title: 'As seen by' },
            { label: 'health', title: 'Health' },
            { label: 'Value', title: 'Endpoints' },
          ],
        }),
        timeseries({
          title: 'Requests to pods that are gone, in ten minutes',
          description:
            'Requests whose upstream host is in no EndpointSlice any more. Normal: 0. More: the endpoints of those that send are old.',
          runbooks: ['IstioRequestsToGoneEndpoints'],
          unit: 'short',
          width: 24,
          height: 6,
          targets: [
            {
              expr: `sum by (workload, destination) (increase(${series(ENDPOINTS.goneRequests, OWN)}[10m]))`,
              legend: '{{workload}} to {{destination}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Requests through its proxies',
      panels: [
        timeseries({
          title: 'Requests a second, by workload',
          description: 'Lines that proxies of the namespace log, in either direction.',
          unit: 'reqps',
          targets: [
            {
              expr: `sum by (workload, direction) (rate(${series(FLAGS.requests, OWN)}[$__rate_interval]))`,
              legend: '{{workload}} {{direction}}',
            },
          ],
        }),
        timeseries({
          title: 'Requests with failure flags, by workload',
          description: 'Share of the requests of each workload with a flag that means a failure. Normal: below 1 %.',
          unit: 'percentunit',
          targets: [
            {
              expr: `sum by (workload) (rate(${series(FLAGS.flaggedRequests, OWN)}[$__rate_interval])) / sum by (workload) (rate(${series(FLAGS.requests, OWN)}[$__rate_interval]))`,
              legend: '{{workload}}',
            },
          ],
        }),
      ],
    },
  ],
};
