/** One request as a sidecar logs it; `undefined` is a value that Envoy has not (`-` in text, null in JSON). */
export interface LoggedRequest {
  readonly startTime: string;
  readonly method?: string;
  readonly path?: string;
  readonly protocol?: string;
  readonly responseCode: number;
  readonly responseFlags: string;
  readonly responseCodeDetails?: string;
  readonly connectionTerminationDetails?: string;
  readonly upstreamTransportFailureReason?: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly duration: number;
  readonly upstreamServiceTime?: string;
  readonly xForwardedFor?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
  readonly authority?: string;
  readonly upstreamHost?: string;
  readonly upstreamCluster?: string;
  readonly upstreamLocalAddress?: string;
  readonly downstreamLocalAddress: string;
  readonly downstreamRemoteAddress: string;
  readonly requestedServerName?: string;
  readonly routeName?: string;
}

export const FORMATS = ['text', 'cri', 'json'] as const;
export type LogFormat = (typeof FORMATS)[number];

/** A log line with its line break, as Istio's default formats write it; `cri` is text as a node's runtime frames it. */
export const RENDERERS: Readonly<Record<LogFormat, (request: LoggedRequest) => string>> = {
  text: renderText,
  cri: (request) => `${request.startTime.slice(0, -1)}387682Z stdout F ${renderText(request)}`,
  json: renderJson,
};

function renderText(r: LoggedRequest): string {
  return (
    `[${r.startTime}] "${dash(r.method)} ${dash(r.path)} ${dash(r.protocol)}" ${r.responseCode} ${r.responseFlags} ` +
    `${dash(r.responseCodeDetails)} ${dash(r.connectionTerminationDetails)} ` +
    `"${dash(r.upstreamTransportFailureReason)}" ${r.bytesReceived} ${r.bytesSent} ${r.duration} ` +
    `${dash(r.upstreamServiceTime)} "${dash(r.xForwardedFor)}" "${dash(r.userAgent)}" "${dash(r.requestId)}" ` +
    `"${dash(r.authority)}" "${dash(r.upstreamHost)}" ${dash(r.upstreamCluster)} ${dash(r.upstreamLocalAddress)} ` +
    `${r.downstreamLocalAddress} ${r.downstreamRemoteAddress} ${dash(r.requestedServerName)} ${dash(r.routeName)}\n`
  );
}

/** Keys in the order in which a recorded Envoy 1.38 writes them. Nothing generated needs an escape. */
function renderJson(r: LoggedRequest): string {
  return (
    `{"authority":${quoted(r.authority)},"bytes_received":${r.bytesReceived},"bytes_sent":${r.bytesSent},` +
    `"connection_termination_details":${quoted(r.connectionTerminationDetails)},` +
    `"downstream_local_address":${quoted(r.downstreamLocalAddress)},` +
    `"downstream_remote_address":${quoted(r.downstreamRemoteAddress)},"duration":${r.duration},` +
    `"method":${quoted(r.method)},"path":${quoted(r.path)},"protocol":${quoted(r.protocol)},` +
    `"request_id":${quoted(r.requestId)},"requested_server_name":${quoted(r.requestedServerName)},` +
    `"response_code":${r.responseCode},"response_code_details":${quoted(r.responseCodeDetails)},` +
    `"response_flags":${quoted(r.responseFlags)},"route_name":${quoted(r.routeName)},` +
    `"start_time":${quoted(r.startTime)},"upstream_cluster":${quoted(r.upstreamCluster)},` +
    `"upstream_host":${quoted(r.upstreamHost)},"upstream_local_address":${quoted(r.upstreamLocalAddress)},` +
    `"upstream_service_time":${quoted(r.upstreamServiceTime)},` +
    `"upstream_transport_failure_reason":${quoted(r.upstreamTransportFailureReason)},` +
    `"user_agent":${quoted(r.userAgent)},"x_forwarded_for":${quoted(r.xForwardedFor)}}\n`
  );
}

function dash(value: string | undefined): string {
  return value ?? '-';
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'null' : `"${value}"`;
}
