import type { Analyzer } from './analyzer.ts';
import { annotations } from './analyzers/annotations.ts';
import { authorizationPolicyNamespace } from './analyzers/authorization-policy-namespace.ts';
import { authorizationPolicyProvider } from './analyzers/authorization-policy-provider.ts';
import { authorizationPolicySelector } from './analyzers/authorization-policy-selector.ts';
import { deploymentImageAuto } from './analyzers/deployment-image-auto.ts';
import { deploymentServiceProtocol } from './analyzers/deployment-service-protocol.ts';
import { deploymentTargetPort } from './analyzers/deployment-target-port.ts';
import { destinationRuleHost } from './analyzers/destination-rule-host.ts';
import { destinationRuleSubset } from './analyzers/destination-rule-subset.ts';
import { destinationRuleSubsetElsewhere } from './analyzers/destination-rule-subset-elsewhere.ts';
import { destinationRuleVerification } from './analyzers/destination-rule-verification.ts';
import { envoyFilterPatch } from './analyzers/envoy-filter-patch.ts';
import { gatewayConflict } from './analyzers/gateway-conflict.ts';
import { gatewayCredential } from './analyzers/gateway-credential.ts';
import { gatewayDuplicateCertificate } from './analyzers/gateway-duplicate-certificate.ts';
import { gatewayPort } from './analyzers/gateway-port.ts';
import { gatewaySelector } from './analyzers/gateway-selector.ts';
import { istiodJwks } from './analyzers/istiod-jwks.ts';
import { meshNetworkRegistry } from './analyzers/mesh-network-registry.ts';
import { namespaceInjection } from './analyzers/namespace-injection.ts';
import { namespaceLabels } from './analyzers/namespace-labels.ts';
import { namespaceOldProxies } from './analyzers/namespace-old-proxies.ts';
import { negativeCondition } from './analyzers/negative-condition.ts';
import { objectValidity } from './analyzers/object-validity.ts';
import { peerAuthenticationIgnored } from './analyzers/peer-authentication-ignored.ts';
import { peerAuthenticationWeaker } from './analyzers/peer-authentication-weaker.ts';
import { podImageAuto } from './analyzers/pod-image-auto.ts';
import { podMissingProxy } from './analyzers/pod-missing-proxy.ts';
import { policyGatewaySelector } from './analyzers/policy-gateway-selector.ts';
import { policySelector } from './analyzers/policy-selector.ts';
import { reservedUser } from './analyzers/reserved-user.ts';
import { resourceDefinitionDeprecated } from './analyzers/resource-definition-deprecated.ts';
import { serviceEntryAddress } from './analyzers/service-entry-address.ts';
import { serviceEntryShadow } from './analyzers/service-entry-shadow.ts';
import { servicePortName } from './analyzers/service-port-name.ts';
import { sidecarAmbient } from './analyzers/sidecar-ambient.ts';
import { sidecarEgressProxy } from './analyzers/sidecar-egress-proxy.ts';
import { sidecarNamespaceConflict } from './analyzers/sidecar-namespace-conflict.ts';
import { sidecarPodConflict } from './analyzers/sidecar-pod-conflict.ts';
import { sidecarSelector } from './analyzers/sidecar-selector.ts';
import { telemetryLightstep } from './analyzers/telemetry-lightstep.ts';
import { telemetryLoggingProvider } from './analyzers/telemetry-logging-provider.ts';
import { telemetryNamespaceConflict } from './analyzers/telemetry-namespace-conflict.ts';
import { telemetryPodConflict } from './analyzers/telemetry-pod-conflict.ts';
import { telemetryProvider } from './analyzers/telemetry-provider.ts';
import { telemetrySelector } from './analyzers/telemetry-selector.ts';
import { virtualServiceClaimRoute } from './analyzers/virtual-service-claim-route.ts';
import { virtualServiceConflict } from './analyzers/virtual-service-conflict.ts';
import { virtualServiceDelegate } from './analyzers/virtual-service-delegate.ts';
import { virtualServiceDeprecated } from './analyzers/virtual-service-deprecated.ts';
import { virtualServiceDestinationHost } from './analyzers/virtual-service-destination-host.ts';
import { virtualServiceDestinationPort } from './analyzers/virtual-service-destination-port.ts';
import { virtualServiceGateway } from './analyzers/virtual-service-gateway.ts';
import { virtualServiceGatewayHost } from './analyzers/virtual-service-gateway-host.ts';
import { virtualServiceGatewaySubset } from './analyzers/virtual-service-gateway-subset.ts';
import { virtualServiceInternalGateway } from './analyzers/virtual-service-internal-gateway.ts';
import { virtualServiceSubset } from './analyzers/virtual-service-subset.ts';
import { virtualServiceUnreachable } from './analyzers/virtual-service-unreachable.ts';
import { webhookOverlap } from './analyzers/webhook-overlap.ts';
import { webhookService } from './analyzers/webhook-service.ts';

/** Every analyzer, by the kind it looks at. */
export const ANALYZERS: readonly Analyzer[] = [
  annotations,
  authorizationPolicyNamespace,
  authorizationPolicyProvider,
  authorizationPolicySelector,
  deploymentImageAuto,
  deploymentServiceProtocol,
  deploymentTargetPort,
  destinationRuleHost,
  destinationRuleSubsetElsewhere,
  destinationRuleSubset,
  destinationRuleVerification,
  envoyFilterPatch,
  gatewayConflict,
  gatewayCredential,
  gatewayDuplicateCertificate,
  gatewayPort,
  gatewaySelector,
  istiodJwks,
  meshNetworkRegistry,
  namespaceInjection,
  namespaceLabels,
  namespaceOldProxies,
  negativeCondition,
  ...objectValidity,
  peerAuthenticationIgnored,
  peerAuthenticationWeaker,
  podImageAuto,
  podMissingProxy,
  policyGatewaySelector,
  policySelector,
  reservedUser,
  resourceDefinitionDeprecated,
  serviceEntryAddress,
  serviceEntryShadow,
  servicePortName,
  sidecarAmbient,
  sidecarEgressProxy,
  sidecarNamespaceConflict,
  sidecarPodConflict,
  sidecarSelector,
  telemetryLightstep,
  telemetryLoggingProvider,
  telemetryNamespaceConflict,
  telemetryPodConflict,
  telemetryProvider,
  telemetrySelector,
  virtualServiceClaimRoute,
  virtualServiceConflict,
  virtualServiceDelegate,
  virtualServiceDeprecated,
  virtualServiceDestinationHost,
  virtualServiceDestinationPort,
  virtualServiceGatewayHost,
  virtualServiceGatewaySubset,
  virtualServiceGateway,
  virtualServiceInternalGateway,
  virtualServiceSubset,
  virtualServiceUnreachable,
  webhookOverlap,
  webhookService,
];
