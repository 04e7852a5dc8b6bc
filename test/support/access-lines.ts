/** A request as Envoy knows it, in strings as it writes them (`-` for what is not set). */
export interface Logged {
  readonly start: string;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly code: string;
  readonly flags: string;
  readonly details: string;
  readonly termination: string;
  readonly transport: string;
  readonly received: string;
  readonly sent: string;
  readonly duration: string;
  readonly serviceTime: string;
  readonly forwardedFor: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly authority: string;
  readonly upstreamHost: string;
  readonly cluster: string;
  readonly upstreamLocal: string;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly serverName: string;
  readonly route: string;
}

export const REQUEST: Logged = {
  start: '2026-08-01T09:14:03.512Z',
  method: 'GET',
  path: '/cart?id=1',
  protocol: 'HTTP/1.1',
  code: '503',
  flags: 'URX,UF',
  details: 'upstream_reset_before_response_started{remote_connection_failure}',
  termination: '-',
  transport: 'delayed connect error: 111',
  received: '0',
  sent: '19',
  duration: '41',
  serviceTime: '-',
  forwardedFor: '203.0.113.9,10.0.0.1',
  userAgent: 'curl/8.5',
  requestId: '0f9c-req',
  authority: 'cart.shop:8080',
  upstreamHost: '10.1.0.9:8080',
  cluster: 'outbound|8080|v1|cart.shop.svc.cluster.local',
  upstreamLocal: '10.1.0.7:40000',
  downstreamLocal: '10.96.0.12:8080',
  downstreamRemote: '10.1.0.7:52344',
  serverName: 'cart.shop',
  route: 'default',
};

export function logged(over: Partial<Logged> = {}): Logged {
  return { ...REQUEST, ...over };
}

/** How Istio of a version writes text by default. */
export type TextVersion = '1.2' | '1.3-1.7' | '1.8' | '1.9-1.22' | '1.23+';
export const TEXT_VERSIONS: readonly TextVersion[] = ['1.2', '1.3-1.7', '1.8', '1.9-1.22', '1.23+'];

/** One line, without its break. Values stand in it as they are: Envoy escapes nothing. */
export function textLine(r: Logged, version: TextVersion = '1.23+'): string {
  const why = {
    '1.2': '"-" ',
    '1.3-1.7': '"-" ',
    '1.8': '',
    '1.9-1.22': `${r.details} ${r.termination} `,
    '1.23+': `${r.details} ${r.termination} `,
  }[version];
  const head = `[${r.start}] "${r.method} ${r.path} ${r.protocol}" ${r.code} ${r.flags} ${why}"${r.transport}" `;
  const numbers = `${r.received} ${r.sent} ${r.duration} ${r.serviceTime} `;
  const headers = `"${r.forwardedFor}" "${r.userAgent}" "${r.requestId}" "${r.authority}" `;
  const tail = `"${r.upstreamHost}" ${r.cluster} ${r.upstreamLocal} ${r.downstreamLocal} ${r.downstreamRemote} ${r.serverName}`;
  return head + numbers + headers + (version === '1.2' ? tail : `${tail} ${r.route}`);
}

/** The keys of Istio's default JSON, in no order of Istio's. */
export function jsonFields(r: Logged): Record<string, string | number | null> {
  const text = (value: string): string | null => (value === '-' ? null : value);
  const number = (value: string): number | null => (value === '-' ? null : Number(value));
  return {
    start_time: r.start,
    route_name: text(r.route),
    method: text(r.method),
    path: text(r.path),
    protocol: text(r.protocol),
    response_code: number(r.code),
    response_flags: r.flags,
    response_code_details: text(r.details),
    connection_termination_details: text(r.termination),
    bytes_received: number(r.received),
    bytes_sent: number(r.sent),
    duration: number(r.duration),
    upstream_service_time: text(r.serviceTime),
    x_forwarded_for: text(r.forwardedFor),
    user_agent: text(r.userAgent),
    request_id: text(r.requestId),
    authority: text(r.authority),
    upstream_host: text(r.upstreamHost),
    upstream_cluster: text(r.cluster),
    upstream_local_address: text(r.upstreamLocal),
    downstream_local_address: text(r.downstreamLocal),
    downstream_remote_address: text(r.downstreamRemote),
    requested_server_name: text(r.serverName),
    upstream_transport_failure_reason: text(r.transport),
  };
}

export function jsonLine(r: Logged): string {
  return JSON.stringify(jsonFields(r));
}
