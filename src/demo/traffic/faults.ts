import { WORKLOADS } from '../mesh/workloads.ts';
import {
  atGateway,
  BEFORE,
  bare,
  type Fault,
  own,
  passed,
  REFUSED,
  STRANGER,
  toDead,
  toDetails,
  toPayment,
  toRatings,
  upstream,
} from './fault.ts';

const CHECKOUT = { downstreamRemote: `${WORKLOADS.checkout.ip}:35068` };

/** Every kind of flag that the recordings of a real mesh hold, each in its own words. Played one after the other. */
export const FAULTS: readonly Fault[] = [
  bare('gateway', {
    ...STRANGER,
    method: 'GET',
    path: '/x',
    protocol: 'HTTP/1.1',
    code: 404,
    flags: 'NR',
    details: 'route_not_found',
    forwardedFor: '203.0.113.9',
    userAgent: 'curl/7.88.1',
    authority: 'nope.example.com',
  }),
  {
    hop: { from: 'checkout', to: 'ghost', route: 'default', path: '/', client: own(503, 'UH', 'no_healthy_upstream') },
  },
  toDead('/noretry', 'UF', REFUSED),
  toDead('/x', 'URX,UF', REFUSED),
  toDead('/tls', 'UF', 'TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end'),
  toRatings('/urx', { route: 'chaos-urx', client: { code: 503, flags: 'URX' }, server: { code: 503 } }),
  toDetails('/slow?ms=200', own(503, 'UO', `${BEFORE}{overflow}`), 'none'),
  toRatings('/reset', { client: passed(503), server: upstream(503, 'UC', `${BEFORE}{connection_termination}`) }),
  toRatings('/slow?ms=900', {
    route: 'chaos-ut',
    client: upstream(504, 'UT', 'response_timeout'),
    server: upstream(0, 'DC', 'downstream_remote_disconnect'),
  }),
  toPayment(
    '/slow?ms=1500',
    upstream(0, 'DC', 'downstream_remote_disconnect'),
    upstream(0, 'DC', 'downstream_remote_disconnect'),
  ),
  {
    hop: {
      from: 'checkout',
      to: 'reviews',
      subset: 'v1',
      target: 'reviewsV1',
      path: '/reviews/1',
      client: passed(429),
      server: own(429, 'RL', 'local_rate_limited'),
    },
  },
  toPayment(
    '/admin/users',
    passed(403),
    own(403, '-', 'rbac_access_denied_matched_policy[ns[payment]-policy[payment-deny-admin]-rule[0]]'),
  ),
  atGateway('/productpage', own(403, 'UAEX', 'ext_authz_denied')),
  toRatings('/nc', {
    route: 'chaos-nc',
    client: { ...own(503, 'NC', 'cluster_not_found'), upstreamCluster: undefined, sent: 0 },
    server: 'none',
  }),
  toRatings('/direct', { route: 'chaos-di', client: { flags: 'DI', duration: 60 } }),
  toRatings('/fi', { route: 'chaos-fi', client: own(503, 'FI', 'fault_filter_abort'), server: 'none' }),
  toRatings('/dfi', { route: 'chaos-dfi', client: own(500, 'DI,FI', 'fault_filter_abort'), server: 'none' }),
  toDetails('/upe', upstream(502, 'UPE', `${BEFORE}{protocol_error}`), 'none'),
  toDetails('/partial', { flags: 'UPE', details: 'upstream_reset_after_response_started{protocol_error}' }, {}),
  toDetails('/ur', upstream(503, 'UR', `${BEFORE}{remote_reset}`), 'none'),
  toDetails('/si', upstream(504, 'SI', 'stream_idle_timeout'), upstream(0, 'DC', 'downstream_remote_disconnect')),
  toDetails('/umsdr', upstream(504, 'UMSDR', 'upstream_max_stream_duration_reached'), 'none'),
  toDetails('/udo', own(503, 'UDO', 'unconditional_drop_overload'), 'none'),
  atGateway('/productpage?h2', { ...upstream(0, 'DR', 'http2.remote_reset'), protocol: 'HTTP/2' }),
  atGateway('/healthz', own(503, 'LH', 'health_check_failed')),
  atGateway('/productpage?ih', own(400, 'IH', 'request_headers_failed_strict_check{x-envoy-upstream-rq-timeout-ms}')),
  atGateway('/productpage?rlse', own(500, 'RLSE', 'rate_limiter_error')),
  bare('gateway', {
    ...STRANGER,
    protocol: 'HTTP/1.1',
    code: 400,
    flags: 'DPE',
    details: 'http1.invalid_characters',
    sent: 11,
  }),
  bare('checkout', {
    ...CHECKOUT,
    upstreamHost: '10.44.0.99:5432',
    upstreamCluster: 'outbound|5432||ledger-db.payment.svc.cluster.local',
    upstreamLocal: `${WORKLOADS.checkout.ip}:40000`,
    downstreamLocal: '10.96.2.10:5432',
    received: 517,
    sent: 2048,
    duration: 31,
  }),
  bare('checkout', {
    ...CHECKOUT,
    flags: 'UF,URX',
    transportFailure: REFUSED,
    upstreamHost: '10.44.0.1:8123',
    upstreamCluster: 'PassthroughCluster',
    downstreamLocal: '10.44.0.1:8123',
  }),
  bare('checkout', {
    ...CHECKOUT,
    flags: 'DT',
    upstreamHost: '10.44.0.1:8083',
    upstreamCluster: 'PassthroughCluster',
    upstreamLocal: `${WORKLOADS.checkout.ip}:37036`,
    downstreamLocal: '10.44.0.1:8083',
    duration: 301,
  }),
  // A caller without a sidecar, in plain text, where only mTLS is accepted.
  bare('paymentV1', {
    flags: 'NR',
    details: 'filter_chain_not_found',
    downstreamLocal: `${WORKLOADS.paymentV1.ip}:8080`,
    downstreamRemote: `${WORKLOADS.batch.ip}:43374`,
  }),
  toRatings('/status/500', { client: passed(500), server: passed(500) }),
];

/** The flags among them, each once. */
export const FLAGS: readonly string[] = [
  ...new Set(
    FAULTS.flatMap(flagsOf)
      .flatMap((flags) => flags.split(','))
      .filter((flag) => flag !== '-'),
  ),
].sort();

function flagsOf(fault: Fault): string[] {
  if ('only' in fault) return [fault.only(0).line.flags];
  const { client, server } = fault.hop;
  return [client?.flags ?? '-', (server === 'none' ? undefined : server?.flags) ?? '-'];
}
