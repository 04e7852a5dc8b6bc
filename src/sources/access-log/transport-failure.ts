/** What a transport failure's text is about, the most telling first; some versions write blanks as underscores. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/Secret[ _]is[ _]not[ _]supplied/, 'secret_not_supplied'],
  [/CERTIFICATE_VERIFY_FAILED/, 'certificate_verify_failed'],
  [/WRONG_VERSION_NUMBER/, 'wrong_version_number'],
  [/CERTIFICATE_REQUIRED/, 'certificate_required'],
  [/CERTIFICATE_EXPIRED/, 'certificate_expired'],
  [/UNKNOWN_CA/, 'unknown_ca'],
  [/TLS[ _]error|SSL[ _]routines/, 'tls_error'],
  [/Connection[ _]refused|delayed[ _]connect[ _]error:[ _]?111\b/, 'connection_refused'],
  [/Connection[ _]timed[ _]out|delayed[ _]connect[ _]error:[ _]?110\b/, 'connection_timed_out'],
  [
    /(?:No[ _]route[ _]to[ _]host|Host[ _]is[ _]unreachable)|delayed[ _]connect[ _]error:[ _]?113\b/,
    'no_route_to_host',
  ],
  [/Network[ _]is[ _]unreachable|delayed[ _]connect[ _]error:[ _]?101\b/, 'network_unreachable'],
  [/reset[ _]by[ _]peer|delayed[ _]connect[ _]error:[ _]?104\b/, 'connection_reset'],
];

/** A bounded class of `upstream_transport_failure_reason`; `transport_failure` for what fits none. */
export function transportClass(reason: string): string {
  return CLASSES.find(([words]) => words.test(reason))?.[1] ?? 'transport_failure';
}
