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
import { counted } from './known-zero.ts';
import { ANY_IS_BAD, ANY_IS_WORTH_A_LOOK, subsetsWithoutShare } from './ladder-panels.ts';
import { type Panel, stat } from './panel.ts';
import { series, seriesOfMesh } from './selector.ts';

export const PROXY = 'proxy=~"$proxy"';
/** What is counted by workload: all its replicas together. */
export const WORKLOAD = 'workload=~"$workload"';
const SENT = 'direction="outbound"';

/** Every rung for one proxy: what is known of itself, else of its workload, else of its namespace. */
export const PROXY_LADDER: readonly Panel[] = [
  stat({
    title: '0 Its istiod',
    description: 'Whether the istiod that it is, or was last, connected to answers the exporter.',
    runbooks: ['IstiodUnreachable', 'IstiodReplicaUnreachable', 'IstiodDebugAccessDenied'],
    unit: 'none',
    steps: [
      [null, 'bad'],
      [1, 'good'],
    ],
    mappings: [
      { value: '0', text: 'does not answer', colour: 'bad' },
      { value: '1', text: 'answers', colour: 'good' },
    ],
    expr: `min(max by (istiod) (${series(CONTROL.istiodPollState, 'state="ok"')}) and on (istiod) max by (istiod) (${series(SYNC.info, PROXY)}))`,
  }),
  stat({
    title: '1 Missing',
    description: 'Whether it runs and no istiod lists it: it keeps old configuration. Normal: 0.',
    runbooks: ['IstioProxyMissing'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(`sum(max by (proxy_namespace, proxy) (${series(MESH.proxyMissing, PROXY)}))`),
  }),
  stat({
    title: '2 Out of sync since',
    description:
      'Since when it has not held current configuration: kept through STALE, missing and reconnecting. Normal: in sync.',
    runbooks: ['IstioProxyOutOfSync', 'IstioProxyStale', 'IstioGatewayNotSynced', 'IstioProxyFlapping'],
    unit: 'dateTimeFromNow',
    steps: [
      [null, 'good'],
      [1, 'warning'],
    ],
    mappings: [{ value: '0', text: 'in sync', colour: 'good' }],
    expr: `min(${series(SYNC.outOfSyncSince, PROXY)}) * 1000 or 0 * max(${series(SYNC.info, PROXY)})`,
  }),
  stat({
    title: '3 Subsets it never asks',
    description:
      'Declared subsets that had not one request of its workload in ten minutes, though their route had over a hundred. Normal: 0.',
    runbooks: ['IstioCanaryNotApplied'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: subsetsWithoutShare(WORKLOAD),
  }),
  stat({
    title: '4 Requests to pods gone, 10 min',
    description: 'Requests of its workload whose upstream host is in no EndpointSlice any more. Normal: 0.',
    runbooks: ['IstioRequestsToGoneEndpoints', 'IstioEndpointsEjected'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`round(sum(increase(${series(ENDPOINTS.goneRequests, WORKLOAD)}[10m])))`),
  }),
  stat({
    title: '5 mTLS conflicts it meets',
    description: 'Destinations that its workload calls, where client and server disagree on mutual TLS. Normal: 0.',
    runbooks: ['IstioMtlsConflict'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(
      `count(max by (destination) (${seriesOfMesh(MTLS.conflict)}) and on (destination) sum by (destination) (increase(${series(FLAGS.requests, SENT, WORKLOAD)}[10m])) > 0)`,
    ),
  }),
  stat({
    title: '6 Denied by it in 5 min',
    description: 'Requests that an AuthorizationPolicy denied in front of its workload. Some is normal.',
    runbooks: ['IstioAuthorizationDenials'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`round(sum(increase(${series(AUTHORIZATION.denials, WORKLOAD)}[5m])))`),
  }),
  stat({
    title: '7 Differences from istiod',
    description:
      'Resources in which its Envoy differs from what istiod would send, as of the last look. Not known where inspect.enabled is off.',
    runbooks: ['IstioConfigDiffers', 'IstioReplicaConfigDrift'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: `sum(max by (proxy_namespace, proxy, section) (${series(DIFF.differences, PROXY)}))`,
  }),
  stat({
    title: '8 Objects that cannot work',
    description: 'Findings of analysis of level Error in its namespace. Normal: 0.',
    runbooks: ['IstioAnalysisError'],
    unit: 'short',
    steps: ANY_IS_BAD,
    expr: counted(
      `count(max by (code, object_kind, object_namespace, object_name) (${series(ANALYSIS.finding, 'level="Error"')}))`,
    ),
  }),
  stat({
    title: '9 Requests with failure flags',
    description: 'Share of the requests through its workload with a flag that means a failure. Normal: below 1 %.',
    unit: 'percentunit',
    steps: [
      [null, 'good'],
      [0.01, 'warning'],
      [0.05, 'bad'],
    ],
    expr: `sum(increase(${series(FLAGS.flaggedRequests, WORKLOAD)}[5m])) / sum(increase(${series(FLAGS.requests, WORKLOAD)}[5m]))`,
  }),
  stat({
    title: '10 Debug lines a second',
    description: 'Lines that the proxies of its workload write at debug or trace. Normal: 0.',
    runbooks: ['IstioDebugLoggingLeftOn', 'IstioVerboseLoggerLeftOn'],
    unit: 'short',
    steps: ANY_IS_WORTH_A_LOOK,
    expr: counted(`sum(rate(${series(LOGGING.logLines, WORKLOAD, 'level=~"debug|trace"')}[$__rate_interval]))`),
  }),
];
