/** Codes for what istioctl does not report. A number is never used for anything else, also when its check is dropped. */
export const OWN_CODES = {
  ML0001: {
    level: 'Warning',
    title: 'PeerAuthentication that is ignored',
    text: 'The PeerAuthentication {winner} is older and of the same scope, so this one has no effect.',
    help: 'Two for the whole mesh, for one namespace, or with the same selector: the oldest counts, of equal age the first by name.',
  },
  ML0002: {
    level: 'Warning',
    title: 'PeerAuthentication weaker than what it overrides',
    text: 'It sets {mode} where {wider} sets {widerMode}: {effect}.',
    help: 'The mode for some pods against that of their namespace, a namespace’s against the mesh’s; without either, PERMISSIVE. Exceptions for single ports are left to rung `mtls`, which knows what they come to.',
  },
  ML0003: {
    level: 'Warning',
    title: 'ServiceEntry that shadows a service',
    text: 'Its host {host} is the Kubernetes service {service}: clients that see both get endpoints, ports and TLS of only one of them.',
    help: 'Hosts of ServiceEntries, wildcards included, against services of the cluster.',
  },
  ML0004: {
    level: 'Warning',
    title: 'Subset of other pods',
    text: 'The subset {subset} matches pods, but none of them belongs to {service}: requests to it get 503 UH.',
    help: 'Labels of DestinationRule subsets together with the selector of the service; IST0173 looks at the labels alone.',
  },
  ML0005: {
    level: 'Error',
    title: 'Delegate that does not exist',
    text: 'It delegates to the VirtualService {delegate}, and there is none.',
    help: '`delegate` of HTTP routes; without a namespace, in the same one.',
  },
  ML0006: {
    level: 'Error',
    title: 'Unknown authorization provider',
    text: 'It asks the provider "{provider}", which the mesh does not have: every request it selects is denied.',
    help: 'AuthorizationPolicies with action CUSTOM, against `extensionProviders` of the mesh.',
  },
  ML0007: {
    level: 'Warning',
    title: 'Unknown telemetry provider',
    text: 'It names the provider "{provider}", which the mesh does not have, and is ignored there.',
    help: 'Providers of Telemetry, against `extensionProviders` of the mesh and those built in.',
  },
  ML0008: {
    level: 'Info',
    title: 'Policy for nobody',
    text: 'No pod has the labels {labels}.',
    help: 'Selectors of PeerAuthentication, RequestAuthentication, EnvoyFilter, WasmPlugin and ProxyConfig, for which istioctl has no check.',
  },
} as const;
