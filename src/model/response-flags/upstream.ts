import type { ResponseFlag } from './entry.ts';

/** A cluster was chosen, and no good answer came from it (Envoy, "Access log operators", RESPONSE_FLAGS). */
export const UPSTREAM_FLAGS: readonly ResponseFlag[] = [
  {
    name: 'UH',
    longName: 'NoHealthyUpstream',
    failure: true,
    seen: 'HTTP 503, TCP',
    meaning:
      'The cluster is known, but none of its endpoints may be used: it has none, or all are unhealthy or ejected.',
    checks: [
      'Has the service ready endpoints? kubectl get endpointslices -l kubernetes.io/service-name=SERVICE',
      'Do the labels of the DestinationRule subset match a running pod?',
      'Were all endpoints ejected? istioctl proxy-config endpoints POD --cluster CLUSTER: OUTLIER CHECK says FAILED.',
      'On TCP: BlackHoleCluster means a host that outboundTrafficPolicy REGISTRY_ONLY does not know.',
    ],
    confusion:
      'Not only "unhealthy": an empty endpoint list looks the same. UF has an endpoint and cannot connect to it.',
  },
  {
    name: 'UF',
    longName: 'UpstreamConnectionFailure',
    failure: true,
    seen: 'HTTP 503, TCP',
    meaning: 'The proxy could not open a connection to the endpoint it chose.',
    checks: [
      'What does the transport failure reason say: refused, timed out, or TLS?',
      'Refused: does the application listen on that port, and on more than localhost?',
      'Timed out: does a NetworkPolicy or a firewall stand between the two pods?',
      'TLS: do DestinationRule and PeerAuthentication agree on mTLS? WRONG_VERSION_NUMBER is TLS sent to a plaintext port.',
    ],
    confusion: 'UC had a connection and lost it; UF never had one. UH had no endpoint to connect to.',
  },
  {
    name: 'UO',
    longName: 'UpstreamOverflow',
    failure: true,
    seen: 'HTTP 503, TCP',
    meaning: 'A circuit breaker was open: the connection pool allows no more connections, pending requests or retries.',
    checks: [
      'Which limits does the DestinationRule set? trafficPolicy.connectionPool, also of the subset.',
      'Is the server slow, so that requests pile up? See the durations in its own log lines.',
      "Which limit was hit? The proxy's upstream_cx_overflow, upstream_rq_pending_overflow, upstream_rq_retry_overflow.",
    ],
    confusion:
      'UO is overflow of a connection pool. RL is a rate limit: a policy, with 429. Many pages call RL an overflow.',
  },
  {
    name: 'UC',
    longName: 'UpstreamConnectionTermination',
    failure: true,
    seen: 'HTTP 503',
    meaning:
      'The server closed the connection before it had answered. Mostly it had been idle, and was closed as it was used again.',
    checks: [
      "Is the server's keep-alive timeout shorter than the proxy's idle timeout (connectionPool.http.idleTimeout)?",
      'Was the server restarted, scaled down or killed just then? kubectl get pods, and its restart count.',
      'Does the server ask for mTLS (STRICT) while the client speaks plaintext? Then every request fails, not some.',
    ],
    confusion: 'Not "the server crashed" by itself. UR is a reset of one stream; UC closed the whole connection.',
  },
  {
    name: 'UR',
    longName: 'UpstreamRemoteReset',
    failure: true,
    seen: 'HTTP 503',
    meaning: 'The server reset this one stream (HTTP/2 RST_STREAM) and kept the connection.',
    checks: [
      "What does the server's own sidecar say of the same request? Find the line with this request id.",
      'gRPC: did a deadline pass, or does the server cancel?',
      'Is the server at its limit of concurrent streams, or draining?',
    ],
    confusion: 'UC closed the whole connection; UR only one stream of it.',
  },
  {
    name: 'URX',
    longName: 'UpstreamRetryLimitExceeded',
    failure: true,
    seen: 'HTTP status of the last try, TCP',
    meaning:
      'All retries (HTTP) or connection attempts (TCP) were used up. Why they failed stands in the flag beside it.',
    checks: [
      'Which flag comes with it (UF, UC, UT)? Follow that one. With none, the server itself answered an error each time.',
      'How many retries are set? VirtualService retries; the default of Istio is 2.',
      'Do retries make it worse? Each failed request was sent several times.',
    ],
    confusion: 'Not a cause of its own: a route without retries shows the same trouble without URX.',
  },
  {
    name: 'UT',
    longName: 'UpstreamRequestTimeout',
    failure: true,
    seen: 'HTTP 504',
    meaning: 'The server did not answer within the time that the route allows.',
    checks: [
      'Which timeout is set? VirtualService timeout and retries.perTryTimeout.',
      "How long does the server take? See the duration in its own sidecar's lines.",
      'Does the server wait for something else, such as a database?',
    ],
    confusion: 'DC is the client that waits no longer; UT is the proxy that does not.',
  },
  {
    name: 'UPE',
    longName: 'UpstreamProtocolError',
    failure: true,
    seen: 'HTTP 502, or a good status when it broke off later',
    meaning: 'What the server sent is not the HTTP that the proxy expects.',
    checks: [
      'Is the port named (or its appProtocol set) for what the server speaks? http on a port that speaks TLS or TCP.',
      'Is HTTP/2 sent to a server that knows HTTP/1.1 only? DestinationRule h2UpgradePolicy, port name grpc or http2.',
      'Does the server send headers that HTTP does not allow, or a wrong length?',
    ],
    confusion: 'DPE is the same mistake on the side of the client.',
  },
  {
    name: 'UMSDR',
    longName: 'UpstreamMaxStreamDurationReached',
    failure: true,
    seen: 'HTTP 408 or 504',
    meaning: 'The request lasted longer than the longest duration of a stream.',
    checks: [
      'Which limit is set? The maximum stream duration of the cluster or route, or the grpc-timeout header.',
      'Is it a long stream (watch, gRPC streaming) that should have no such limit?',
    ],
    confusion: 'UT is a server that does not answer; here it may have answered long ago and gone on.',
  },
  {
    name: 'DF',
    longName: 'DnsResolutionFailed',
    failure: true,
    seen: 'HTTP 503',
    meaning: 'The proxy could not resolve the name of the upstream host.',
    checks: [
      'Does the name resolve in the pod? Ask its DNS from there.',
      'Is the ServiceEntry spelled right, with the resolution it should have?',
      'Is the DNS server well, and can the pod reach it (NetworkPolicy, port 53)?',
    ],
  },
  {
    name: 'DO',
    longName: 'DropOverload',
    failure: true,
    seen: 'HTTP 503',
    meaning: 'The load assignment of the cluster asks for a part of its requests to be dropped.',
    checks: ['Who set drop_overload? Look for EnvoyFilters and for a control plane beside istiod.'],
    confusion: 'UDO drops all requests; DO a part. UO is a circuit breaker.',
  },
  {
    name: 'UDO',
    longName: 'UnconditionalDropOverload',
    failure: true,
    seen: 'HTTP 503',
    meaning: 'The load assignment of the cluster asks for all of its requests to be dropped.',
    checks: ['Who set drop_overload to 100 %? Look for EnvoyFilters and for a control plane beside istiod.'],
    confusion: 'DO drops a part of the requests; UDO all.',
  },
];
