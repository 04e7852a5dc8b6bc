import type { AnnotationProblem } from './annotation-values.ts';
import {
  badFlag,
  badMode,
  badPort,
  badPorts,
  badPortsOrStar,
  badRanges,
  badRangesOrStar,
  badUint32,
} from './annotation-values.ts';

/** One annotation that Istio reads (istio.io, Reference: Resource Annotations). */
export interface AnnotationSpec {
  /** Kinds on which it means something; `Any` for all. */
  readonly kinds: readonly string[];
  readonly deprecated?: true;
  /** Says what is wrong with a value, for those that the injector checks. */
  readonly problem?: AnnotationProblem;
}

const POD: AnnotationSpec = { kinds: ['Pod'] };
const OLD_POD: AnnotationSpec = { kinds: ['Pod'], deprecated: true };
const GATEWAY: AnnotationSpec = { kinds: ['Gateway'] };
const WORKLOAD_ENTRY: AnnotationSpec = { kinds: ['WorkloadEntry'] };

function pod(problem: AnnotationProblem): AnnotationSpec {
  return { kinds: ['Pod'], problem };
}

export const ANNOTATIONS: Readonly<Record<string, AnnotationSpec>> = {
  'alpha.istio.io/canonical-serviceaccounts': { kinds: ['Service'], deprecated: true },
  'alpha.istio.io/kubernetes-serviceaccounts': { kinds: ['Service'], deprecated: true },
  'ambient.istio.io/bypass-inbound-capture': POD,
  'ambient.istio.io/dns-capture': POD,
  'ambient.istio.io/redirection': POD,
  'ambient.istio.io/waypoint-inbound-binding': { kinds: ['GatewayClass', 'Gateway'] },
  'galley.istio.io/analyze-suppress': { kinds: ['Any'] },
  'gateway.istio.io/controller-version': { kinds: ['Any'] },
  'gateway.istio.io/name-override': GATEWAY,
  'gateway.istio.io/service-account': GATEWAY,
  'inject.istio.io/templates': POD,
  'istio.io/autoRegistrationGroup': WORKLOAD_ENTRY,
  'istio.io/connectedAt': WORKLOAD_ENTRY,
  'istio.io/disconnectedAt': WORKLOAD_ENTRY,
  'istio.io/dry-run': { kinds: ['AuthorizationPolicy'] },
  'istio.io/reroute-virtual-interfaces': POD,
  'istio.io/rev': POD,
  'istio.io/workloadController': WORKLOAD_ENTRY,
  'kubernetes.io/ingress.class': { kinds: ['Ingress'] },
  'networking.istio.io/address-type': GATEWAY,
  'networking.istio.io/exportTo': { kinds: ['Service'] },
  'networking.istio.io/service-type': GATEWAY,
  'networking.istio.io/traffic-distribution': { kinds: ['Service', 'ServiceEntry'] },
  'prometheus.istio.io/merge-metrics': pod(badFlag),
  'proxy.istio.io/config': POD,
  'proxy.istio.io/overrides': POD,
  'readiness.status.sidecar.istio.io/applicationPorts': POD,
  'readiness.status.sidecar.istio.io/failureThreshold': pod(badUint32),
  'readiness.status.sidecar.istio.io/initialDelaySeconds': pod(badUint32),
  'readiness.status.sidecar.istio.io/periodSeconds': pod(badUint32),
  'sidecar.istio.io/agentLogLevel': POD,
  'sidecar.istio.io/bootstrapOverride': POD,
  'sidecar.istio.io/componentLogLevel': POD,
  'sidecar.istio.io/discoveryAddress': OLD_POD,
  'sidecar.istio.io/enableCoreDump': POD,
  'sidecar.istio.io/extraStatTags': OLD_POD,
  'sidecar.istio.io/inject': OLD_POD,
  'sidecar.istio.io/interceptionMode': pod(badMode),
  'sidecar.istio.io/logLevel': POD,
  'sidecar.istio.io/nativeSidecar': POD,
  'sidecar.istio.io/proxyCPU': POD,
  'sidecar.istio.io/proxyCPULimit': POD,
  'sidecar.istio.io/proxyImage': POD,
  'sidecar.istio.io/proxyImageType': POD,
  'sidecar.istio.io/proxyMemory': POD,
  'sidecar.istio.io/proxyMemoryLimit': POD,
  'sidecar.istio.io/rewriteAppHTTPProbers': POD,
  'sidecar.istio.io/statsCompression': POD,
  'sidecar.istio.io/statsEvictionInterval': POD,
  'sidecar.istio.io/statsFlushInterval': POD,
  'sidecar.istio.io/statsHistogramBuckets': POD,
  'sidecar.istio.io/statsInclusionPrefixes': OLD_POD,
  'sidecar.istio.io/statsInclusionRegexps': OLD_POD,
  'sidecar.istio.io/statsInclusionSuffixes': OLD_POD,
  'sidecar.istio.io/status': POD,
  'sidecar.istio.io/userVolume': POD,
  'sidecar.istio.io/userVolumeMount': POD,
  'status.sidecar.istio.io/port': pod(badPort),
  'topology.istio.io/controlPlaneClusters': { kinds: ['Namespace'] },
  'traffic.istio.io/nodeSelector': { kinds: ['Service'] },
  'traffic.sidecar.istio.io/excludeInboundPorts': pod(badPorts),
  'traffic.sidecar.istio.io/excludeInterfaces': POD,
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': pod(badRanges),
  'traffic.sidecar.istio.io/excludeOutboundPorts': pod(badPorts),
  'traffic.sidecar.istio.io/includeInboundPorts': pod(badPortsOrStar),
  'traffic.sidecar.istio.io/includeOutboundIPRanges': pod(badRangesOrStar),
  'traffic.sidecar.istio.io/includeOutboundPorts': POD,
  'traffic.sidecar.istio.io/kubevirtInterfaces': OLD_POD,
};
