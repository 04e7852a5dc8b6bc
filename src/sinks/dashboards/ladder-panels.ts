import { FAMILIES as ANALYSIS } from '../../rungs/analysis/families.ts';
import { FAMILIES as AUTHORIZATION } from '../../rungs/authorization/families.ts';
import { FAMILIES as DIFF } from '../../rungs/config-diff/families.ts';
import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as CONTROL } from '../../rungs/control-plane/families.ts';
import { FAMILIES as ENDPOINTS } from '../../rungs/endpoints/families.ts';
import { FAMILIES as MESH } from '../../rungs/in-mesh/families.ts';
import { FAMILIES as MTLS } from '../../rungs/mtls/families.ts';
import { FAMILIES as LOGGING } from '../../rungs/proxy-logging/families.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import { FAMILIES as ROUTES } from '../../rungs/routes/families.ts';
import { counted } from './known-zero.ts';
import { dashboardLink } from './links.ts';
import { type Panel, type Step, stat } from './panel.ts';
import { series, seriesOfMesh } from './selector.ts';

/** None is good, any is a lead. */
export const ANY_IS_BAD: readonly Step[] = [
  [null, 'good'],
  [1, 'bad'],
];
export const ANY_IS_WORTH_A_LOOK: readonly Step[] = [
  [null, 'good'],
  [1, 'warning'],
];

/**
 * How many subsets with a declared weight had not one request, though their route had over a hundred.
 * @param more matchers of the callers that count
 */
export function subsetsWithoutShare(...more: readonly string[]): string {
  const by = 'mesh_cluster, destination, route';
  const grown = `increase(${series(FLAGS.requests, 'direction="outbound"', ...more)}[10m])`;
  // The VirtualService may stand in another namespace than its callers.
  const declared = `max by (${by}, subset) (${seriesOfMesh(ROUTES.declaredRatio)}) > 0.02`;
  return counted(
    `count((sum by (${by}) (${grown}) > 100) * on (${by}) group_right () (${declared}) unless on (${by}, subset) (sum by (${by}, subset) (${grown}) > 0))`,
  );
}

/** The ladder, lowest rung first: the first that is not blue is where to begin. */
export const LADDER_PANELS: readonly Panel[] = [
  stat({
    title: '0 Istiods that do not answer',
    description: 'Istiods that the exporter cannot ask. Above 0: what it says of proxies is old or missing.',
    links: [dashboardLink('meshladder-exporter', 'control plane')],
    runbooks: ['IstiodUnreachable', 'IstiodReplicaUnreachable', 'IstiodDebugAccessDenied'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`sum(max by (istiod) (${series(CONTROL.istiodPollState, 'state!="ok"')}))`),
  }),
  stat({
    title: '1 Proxies missing',
    description: 'Proxies that run and that no istiod lists: they keep old configuration. Normal: 0.',
    runbooks: ['IstioProxyMissing'],
    links: [dashboardLink('meshladder-namespace', 'namespace and workload')],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`sum(max by (proxy_namespace, proxy) (${series(MESH.proxyMissing)}))`),
  }),
  stat({
    title: '2 Proxies out of sync',
    description:
      'Proxies that do not hold current configuration: STALE, rejected or missing. Normal: 0, and a few for seconds after a push.',
    runbooks: ['IstioXdsBlockedByNetworkPolicy', 'IstioNamespaceOutOfSync', 'IstioProxyOutOfSync'],
    links: [dashboardLink('meshladder-namespace', 'namespace and workload')],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`count(max by (proxy_namespace, proxy) (${series(SYNC.outOfSyncSince)}))`),
  }),
  stat({
    title: '3 Subsets without their share',
    description:
      'Declared subsets with a weight above 0 that had not one request in ten minutes, though their route had over a hundred. Normal: 0.',
    links: [dashboardLink('meshladder-routes', 'canary and routes')],
    runbooks: ['IstioCanaryNotApplied'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: subsetsWithoutShare(),
  }),
  stat({
    title: '4 Services without endpoints',
    description:
      'Services and subsets that have no ready endpoint. Some are so on purpose; one that gets requests is UH.',
    links: [dashboardLink('meshladder-namespace', 'namespace and workload')],
    runbooks: ['IstioEndpointsEjected', 'IstioRequestsToGoneEndpoints'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(
      `count(max by (service_namespace, service_name, subset) (${series(ENDPOINTS.endpoints, 'layer="kubernetes"', 'health="ready"')}) == 0)`,
    ),
  }),
  stat({
    title: '5 mTLS conflicts',
    description: 'DestinationRules and PeerAuthentications by which clients and servers disagree. Normal: 0.',
    runbooks: ['IstioMtlsConflict'],
    links: [dashboardLink('meshladder-policy', 'policy')],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`count(max by (object_namespace, object_name, destination, reason) (${series(MTLS.conflict)}))`),
  }),
  stat({
    title: '6 Requests denied in 5 min',
    description:
      'Requests that an AuthorizationPolicy denied. Some is normal where policies do their work; a jump is a change.',
    runbooks: ['IstioAuthorizationDenials'],
    links: [dashboardLink('meshladder-policy', 'policy')],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`round(sum(increase(${series(AUTHORIZATION.denials)}[5m])))`),
  }),
  stat({
    title: '7 Proxies that differ',
    description:
      'Proxies whose Envoy holds something else than istiod would send. Only those that were looked into (inspect.enabled). Normal: 0.',
    runbooks: ['IstioConfigDiffers', 'IstioReplicaConfigDrift'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: `count(sum by (proxy_namespace, proxy) (${series(DIFF.differences)}) > 0) or 0 * count(${series(DIFF.inspected)})`,
  }),
  stat({
    title: '8 Objects that cannot work',
    description: 'Findings of analysis of level Error, by the codes of istioctl analyze. Normal: 0.',
    runbooks: ['IstioAnalysisError'],
    links: [dashboardLink('meshladder-policy', 'policy')],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: `sum(max by (mesh_cluster) (${series(ANALYSIS.findings, 'level="Error"')}))`,
  }),
  stat({
    title: '9 Requests with failure flags',
    description: 'Share of outbound requests with a response flag that means a failure. Normal: below 1 %.',
    links: [dashboardLink('meshladder-flags', 'response flags')],
    runbooks: ['IstioFlagBudgetBurn'],
    unit: 'percentunit',
    steps: [
      [null, 'good'],
      [0.01, 'warning'],
      [0.05, 'bad'],
    ],
    expr: `sum(rate(${series(FLAGS.flaggedRequests, 'direction="outbound"')}[$__rate_interval])) / sum(rate(${series(FLAGS.requests, 'direction="outbound"')}[$__rate_interval]))`,
  }),
  stat({
    title: '10 Debug lines a second',
    description: 'Lines that proxies write at debug or trace. Normal: 0; above 1 somebody left debug logging on.',
    runbooks: ['IstioDebugLoggingLeftOn', 'IstioVerboseLoggerLeftOn'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`sum(rate(${series(LOGGING.logLines, 'level=~"debug|trace"')}[$__rate_interval]))`),
  }),
  stat({
    title: 'Pods without their sidecar',
    description: 'Pods that should have a sidecar and have none: nothing of the mesh holds for them.',
    runbooks: ['IstioProxyNotInjected'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`sum(max by (pod_namespace, pod_name) (${series(MESH.podNotInjected)}))`),
  }),
];
