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
import { type Panel, type Step, stat } from './panel.ts';
import { series } from './selector.ts';

/** None is good, any is a lead. */
const ANY_IS_BAD: readonly Step[] = [
  [null, 'good'],
  [1, 'bad'],
];
const ANY_IS_WORTH_A_LOOK: readonly Step[] = [
  [null, 'good'],
  [1, 'warning'],
];

/** How many of these there are; 0 where the exporter answers and has none, and nothing where it does not. */
export function counted(expr: string): string {
  return `${expr} or 0 * max(${series(CONTROL.sourceUp)})`;
}

/** The ladder, lowest rung first: the first that is not blue is where to begin. */
export const LADDER_PANELS: readonly Panel[] = [
  stat({
    title: '0 Istiods that do not answer',
    description:
      'Istiods that the exporter cannot ask. Above 0: what it says of proxies is old or missing. Dashboard: control plane.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`sum(max by (istiod) (${series(CONTROL.istiodPollState, 'state!="ok"')}))`),
  }),
  stat({
    title: '1 Proxies missing',
    description:
      'Proxies that run and that no istiod lists: they keep old configuration. Normal: 0. Runbook: IstioProxyMissing.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`sum(max by (proxy_namespace, proxy) (${series(MESH.proxyMissing)}))`),
  }),
  stat({
    title: '2 Proxies out of sync',
    description:
      'Proxies that do not hold current configuration: STALE, rejected or missing. Normal: 0, and a few for seconds after a push. Runbook: IstioProxyOutOfSync.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`count(max by (proxy_namespace, proxy) (${series(SYNC.outOfSyncSince)}))`),
  }),
  stat({
    title: '3 Subsets without their share',
    description:
      'Declared subsets with a weight above 0 that had not one request in ten minutes, though their route had over a hundred. Normal: 0. Dashboard: routes.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(
      `count((sum by (mesh_cluster, destination, route) (increase(${series(FLAGS.requests, 'direction="outbound"')}[10m])) > 100) * on (mesh_cluster, destination, route) group_right () (max by (mesh_cluster, destination, route, subset) (${series(ROUTES.declaredRatio)}) > 0.02) unless on (mesh_cluster, destination, route, subset) (sum by (mesh_cluster, destination, route, subset) (increase(${series(FLAGS.requests, 'direction="outbound"')}[10m])) > 0))`,
    ),
  }),
  stat({
    title: '4 Services without endpoints',
    description:
      'Services and subsets that have no ready endpoint. Some are so on purpose; one that gets requests is UH. Dashboard: workload.',
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(
      `count(max by (service_namespace, service_name, subset) (${series(ENDPOINTS.endpoints, 'layer="kubernetes"', 'health="ready"')}) == 0)`,
    ),
  }),
  stat({
    title: '5 mTLS conflicts',
    description:
      'DestinationRules and PeerAuthentications by which clients and servers disagree. Normal: 0. Runbook: IstioMtlsConflict.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`count(max by (object_namespace, object_name, destination, reason) (${series(MTLS.conflict)}))`),
  }),
  stat({
    title: '6 Requests denied in 5 min',
    description:
      'Requests that an AuthorizationPolicy denied. Some is normal where policies do their work; a jump is a change. Runbook: IstioAuthorizationDenials.',
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`round(sum(increase(${series(AUTHORIZATION.denials)}[5m])))`),
  }),
  stat({
    title: '7 Proxies that differ',
    description:
      'Proxies whose Envoy holds something else than istiod would send. Only those that were looked into (inspect.enabled). Normal: 0. Runbook: IstioConfigDiffers.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: `count(sum by (proxy_namespace, proxy) (${series(DIFF.differences)}) > 0) or 0 * count(${series(DIFF.inspected)})`,
  }),
  stat({
    title: '8 Objects that cannot work',
    description:
      'Findings of analysis of level Error, by the codes of istioctl analyze. Normal: 0. Runbook: IstioAnalysisError.',
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: `sum(max by (mesh_cluster) (${series(ANALYSIS.findings, 'level="Error"')}))`,
  }),
  stat({
    title: '9 Requests with failure flags',
    description:
      'Share of outbound requests with a response flag that means a failure. Normal: below 1 %. Dashboard: response flags.',
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
    description:
      'Lines that proxies write at debug or trace. Normal: 0; above 1 somebody left debug logging on. Runbook: IstioDebugLoggingLeftOn.',
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`sum(rate(${series(LOGGING.logLines, 'level=~"debug|trace"')}[$__rate_interval]))`),
  }),
  stat({
    title: 'Pods without their sidecar',
    description:
      'Pods that should have a sidecar and have none: nothing of the mesh holds for them. Runbook: IstioProxyNotInjected.',
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`sum(max by (pod_namespace, pod_name) (${series(MESH.podNotInjected)}))`),
  }),
];
