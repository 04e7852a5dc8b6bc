import type { RawRequest } from './raw-request.ts';

/** Words of response_code_details that Envoy or one of Istio's filters writes (`istio.md` §4.3), up to their first bracket. */
const DETAILS = new Set([
  'via_upstream',
  'rbac_access_denied_matched_policy',
  'jwt_authn_access_denied',
  'ext_authz_denied',
  'ext_authz_error',
  'upstream_reset_before_response_started',
  'upstream_reset_after_response_started',
  'no_healthy_upstream',
  'cluster_not_found',
  'route_not_found',
  'route_configuration_not_found',
  'filter_chain_not_found',
  'response_timeout',
  'upstream_response_timeout',
  'upstream_per_try_timeout',
  'request_overall_timeout',
  'stream_idle_timeout',
  'max_duration_timeout',
  'upstream_max_stream_duration_reached',
  'duration_timeout',
  'maintenance_mode',
  'drop_overload',
  'unconditional_drop_overload',
  'overload',
  'downstream_remote_disconnect',
  'downstream_local_disconnect',
  'direct_response',
  'fault_filter_abort',
  'request_rate_limited',
  'local_rate_limited',
  'rate_limiter_error',
  'health_check_failed',
  'request_headers_failed_strict_check',
  'low_version',
  'missing_host_header',
  'missing_path_rejected',
  'path_normalization_failed',
  'upgrade_failed',
  'internal_redirect',
  'request_payload_too_large',
  'response_payload_too_large',
  'request_payload_exceeded_retry_buffer_limit',
]);

/** Families of details named by a prefix, each one class. */
const PREFIXES = ['http1.', 'http2.', 'http3.'] as const;

/** Why an upstream stream was reset, as Envoy names it in `upstream_reset_…{reason|…}`. */
const RESET_REASONS = new Set([
  'remote_connection_failure',
  'local_connection_failure',
  'connection_failure',
  'connection_timeout',
  'connection_termination',
  'remote_reset',
  'local_reset',
  'remote_refused_stream_reset',
  'local_refused_stream_reset',
  'overflow',
  'protocol_error',
  'overload_manager_reset',
]);

/** What a transport failure's text is about, most telling first. */
const TRANSPORT: readonly (readonly [RegExp, string])[] = [
  [/CERTIFICATE_VERIFY_FAILED/, 'certificate_verify_failed'],
  [/WRONG_VERSION_NUMBER/, 'wrong_version_number'],
  [/CERTIFICATE_REQUIRED/, 'certificate_required'],
  [/CERTIFICATE_EXPIRED/, 'certificate_expired'],
  [/UNKNOWN_CA/, 'unknown_ca'],
  [/TLS_error|SSL_routines|SSL routines|TLS error/, 'tls_error'],
  [
    /Connection_refused|Connection refused|delayed_connect_error:_?111|delayed connect error: 111/,
    'connection_refused',
  ],
  [
    /Connection_timed_out|Connection timed out|delayed_connect_error:_?110|delayed connect error: 110/,
    'connection_timed_out',
  ],
  [/No_route_to_host|No route to host|delayed_connect_error:_?113|delayed connect error: 113/, 'no_route_to_host'],
  [/reset_by_peer|reset by peer/, 'connection_reset'],
];

/**
 * A bounded class of why a request ended as it did: the first word of its details, the reset's reason behind a colon, and
 * the transport failure behind another. `""` when the line says nothing, `other` for words not known here.
 */
export function detailsClass(raw: Pick<RawRequest, 'details' | 'terminationDetails' | 'transportFailure'>): string {
  const told = raw.details === '-' ? raw.terminationDetails : raw.details;
  const words = [...(told === '-' ? [] : detailsWords(told)), ...transportWords(raw.transportFailure)];
  return words.join(':');
}

function detailsWords(details: string): readonly string[] {
  const word = /^[^{[(:]*/.exec(details)?.[0] ?? '';
  const prefix = PREFIXES.find((start) => word.startsWith(start));
  if (prefix !== undefined) return [prefix.slice(0, -1)];
  if (!DETAILS.has(word)) return ['other'];
  const reason = /^\{([a-z_]+)/.exec(details.slice(word.length))?.[1];
  return reason !== undefined && RESET_REASONS.has(reason) ? [word, reason] : [word];
}

function transportWords(failure: string): readonly string[] {
  if (failure === '-') return [];
  return [TRANSPORT.find(([words]) => words.test(failure))?.[1] ?? 'transport_failure'];
}
