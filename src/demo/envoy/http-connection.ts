import { type Body, named } from './body.ts';

/** Istio's default formats. */
const TEXT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';
const JSON_FORMAT: Body = {
  authority: '%REQ(:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
};

export type LogEncoding = 'text' | 'json';

/** Every proxy logs every request to its standard output. */
export function accessLog(encoding: LogEncoding): readonly Body[] {
  const format = encoding === 'json' ? { json_format: JSON_FORMAT } : { text_format_source: { inline_string: TEXT } };
  const body = { path: '/dev/stdout', log_format: format };
  return [named('envoy.access_loggers.file', 'envoy.extensions.access_loggers.file.v3.FileAccessLog', body)];
}

const FILTERS: readonly Body[] = [
  named('envoy.filters.http.grpc_stats', 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', {
    emit_filter_state: true,
    stats_for_all_methods: false,
  }),
  named('envoy.filters.http.fault', 'envoy.extensions.filters.http.fault.v3.HTTPFault'),
  named('envoy.filters.http.cors', 'envoy.extensions.filters.http.cors.v3.Cors'),
  named('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router'),
];

export interface HttpConnection {
  readonly statPrefix: string;
  /** `rds` or `route_config`. */
  readonly routes: Body;
  /** Before all others. */
  readonly filters?: readonly Body[];
  readonly encoding: LogEncoding;
  readonly more?: Body;
}

/** Takes HTTP, routes it, logs it. */
export function httpConnection({ statPrefix, routes, filters = [], encoding, more = {} }: HttpConnection): Body {
  const type = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  return named('envoy.filters.network.http_connection_manager', type, {
    stat_prefix: statPrefix,
    ...routes,
    http_filters: [...filters, ...FILTERS],
    access_log: accessLog(encoding),
    use_remote_address: false,
    proxy_100_continue: true,
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    stream_idle_timeout: '0s',
    normalize_path: true,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    ...more,
  });
}

/** Hands bytes on. @param encoding undefined: logs nothing */
export function tcpProxy(cluster: string, encoding?: LogEncoding): Body {
  return named('envoy.filters.network.tcp_proxy', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: cluster,
    cluster,
    ...(encoding !== undefined && { access_log: accessLog(encoding) }),
  });
}
