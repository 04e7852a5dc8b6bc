/** One access-log line before it is written; absent fields are `-` in text and null in JSON. */
export interface AccessLine {
  readonly startMs: number;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly code: number;
  /** As Envoy writes them, `-` for none. */
  readonly flags: string;
  readonly details?: string | undefined;
  readonly termination?: string | undefined;
  readonly transportFailure?: string | undefined;
  readonly received: number;
  readonly sent: number;
  readonly duration: number;
  readonly upstreamTime?: number | undefined;
  readonly forwardedFor?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly requestId?: string | undefined;
  readonly authority?: string | undefined;
  readonly upstreamHost?: string | undefined;
  readonly upstreamCluster?: string | undefined;
  readonly upstreamLocal?: string | undefined;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly sni?: string | undefined;
  readonly route?: string | undefined;
}

/** Istio's default text format (1.23 and later). Header values are written as they are, quotes and all. */
export function textLine(line: AccessLine): string {
  return [
    `[${new Date(line.startMs).toISOString()}]`,
    `"${or(line.method)} ${or(line.path)} ${or(line.protocol)}"`,
    line.code,
    line.flags,
    or(line.details),
    or(line.termination),
    `"${or(line.transportFailure)}"`,
    line.received,
    line.sent,
    line.duration,
    or(line.upstreamTime),
    `"${or(line.forwardedFor)}"`,
    `"${or(line.userAgent)}"`,
    `"${or(line.requestId)}"`,
    `"${or(line.authority)}"`,
    `"${or(line.upstreamHost)}"`,
    or(line.upstreamCluster),
    or(line.upstreamLocal),
    line.downstreamLocal,
    line.downstreamRemote,
    or(line.sni),
    or(line.route),
  ].join(' ');
}

function or(value: string | number | undefined): string {
  return value === undefined ? '-' : String(value);
}

/** Istio's default JSON keys, in the order in which Envoy was seen to write them. */
const JSON_KEYS: readonly (readonly [string, keyof AccessLine])[] = [
  ['authority', 'authority'],
  ['bytes_received', 'received'],
  ['bytes_sent', 'sent'],
  ['connection_termination_details', 'termination'],
  ['downstream_local_address', 'downstreamLocal'],
  ['downstream_remote_address', 'downstreamRemote'],
  ['duration', 'duration'],
  ['method', 'method'],
  ['path', 'path'],
  ['protocol', 'protocol'],
  ['request_id', 'requestId'],
  ['requested_server_name', 'sni'],
  ['response_code', 'code'],
  ['response_code_details', 'details'],
  ['response_flags', 'flags'],
  ['route_name', 'route'],
  ['start_time', 'startMs'],
  ['upstream_cluster', 'upstreamCluster'],
  ['upstream_host', 'upstreamHost'],
  ['upstream_local_address', 'upstreamLocal'],
  ['upstream_service_time', 'upstreamTime'],
  ['upstream_transport_failure_reason', 'transportFailure'],
  ['user_agent', 'userAgent'],
  ['x_forwarded_for', 'forwardedFor'],
];

/** Istio's default JSON format: numbers as numbers, but the upstream's time, a header, as text. */
export function jsonLine(line: AccessLine): string {
  return JSON.stringify(Object.fromEntries(JSON_KEYS.map(([key, field]) => [key, jsonValue(field, line[field])])));
}

function jsonValue(field: keyof AccessLine, value: string | number | undefined): string | number | null {
  if (value === undefined) return null;
  if (field === 'startMs') return new Date(value).toISOString();
  return field === 'upstreamTime' ? String(value) : value;
}
