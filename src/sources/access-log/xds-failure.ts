/** Why a proxy's link to istiod (configuration stream or certificate request) failed, in bounded words. */
export const XDS_FAILURES = [
  'keepalive_timeout',
  'connection_timeout',
  'connection_reset',
  'connection_refused',
  'dial_timeout',
  'no_route',
  'name_not_found',
  'certificate_unknown_authority',
  'certificate_expired',
  'certificate_other',
  'unauthenticated',
  'permission_denied',
  'deadline_exceeded',
  'eof',
  'other',
] as const;
export type XdsFailure = (typeof XDS_FAILURES)[number];

/** The constant part of a message, and what it means. The first that fits decides: the narrower stand first. */
const REASONS: readonly (readonly [string, XdsFailure])[] = [
  ['keepalive ping failed', 'keepalive_timeout'],
  ['certificate signed by unknown authority', 'certificate_unknown_authority'],
  ['certificate has expired', 'certificate_expired'],
  ['x509:', 'certificate_other'],
  ['tls: ', 'certificate_other'],
  ['code = Unauthenticated', 'unauthenticated'],
  ['closed: 16,', 'unauthenticated'],
  ['code = PermissionDenied', 'permission_denied'],
  ['closed: 7,', 'permission_denied'],
  ['connection refused', 'connection_refused'],
  ['no such host', 'name_not_found'],
  ['no route to host', 'no_route'],
  ['network is unreachable', 'no_route'],
  ['i/o timeout', 'dial_timeout'],
  ['connection reset by peer', 'connection_reset'],
  ['broken pipe', 'connection_reset'],
  ['connection timed out', 'connection_timeout'],
  ['context deadline exceeded', 'deadline_exceeded'],
  ['code = DeadlineExceeded', 'deadline_exceeded'],
  ['EOF', 'eof'],
];

/** Who says so, and how the message begins (Istio pkg/istio-agent/xds_proxy.go; Envoy's grpc_stream.h). */
const TELLERS: readonly { readonly scope: RegExp; readonly message: RegExp }[] = [
  {
    scope: /^xdsproxy$/,
    message: /^(?:upstream(?: \[\d+\])? terminated with unexpected error|failed to (?:connect to|create) upstream)/,
  },
  { scope: /^citadelclient$/, message: /^failed to sign CSR: / },
  // Code 0 is an orderly end: istiod closes every stream after half an hour.
  {
    scope: /^envoy config\b/,
    message:
      /^(?:Delta|Stream)AggregatedResources gRPC config stream(?: to xds-grpc)? closed(?: since \d+s ago)?: (?!0,)/,
  },
];

/**
 * The class of a line in which the agent or Envoy says that its link to istiod failed; undefined for every other line.
 * @param scope as `xdsproxy`, or `envoy config FILE:LINE`
 */
export function xdsFailureOf(scope: string, message: string): XdsFailure | undefined {
  if (!TELLERS.some((teller) => teller.scope.test(scope) && teller.message.test(message))) return undefined;
  return REASONS.find(([part]) => message.includes(part))?.[1] ?? 'other';
}
