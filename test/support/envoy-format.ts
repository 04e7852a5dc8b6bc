import type { Logged } from './access-lines.ts';

/** What each command of a format string stands for in these tests. */
const VALUES: Readonly<Record<string, (request: Logged) => string>> = {
  START_TIME: (r) => r.start,
  'START_TIME(%s.%3f)': (r) => (Date.parse(r.start) / 1000).toFixed(3),
  'START_TIME(%d/%b/%Y:%H:%M:%S %z)': () => '01/Aug/2026:09:14:03 +0000',
  'REQ(:METHOD)': (r) => r.method,
  'REQ(:PATH)': (r) => r.path,
  'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': (r) => r.path,
  'REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)': (r) => r.path.replace(/\?.*/, ''),
  'PATH(NQ:PATH)': (r) => r.path.replace(/\?.*/, ''),
  PROTOCOL: (r) => r.protocol,
  RESPONSE_CODE: (r) => r.code,
  RESPONSE_FLAGS: (r) => r.flags,
  RESPONSE_FLAGS_LONG: (r) =>
    r.flags.replace('URX', 'UpstreamRetryLimitExceeded').replace('UF', 'UpstreamConnectionFailure'),
  RESPONSE_CODE_DETAILS: (r) => r.details,
  'RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)': (r) => r.details.replaceAll('_', ' '),
  CONNECTION_TERMINATION_DETAILS: (r) => r.termination,
  UPSTREAM_TRANSPORT_FAILURE_REASON: (r) => r.transport,
  BYTES_RECEIVED: (r) => r.received,
  BYTES_SENT: (r) => r.sent,
  DURATION: (r) => r.duration,
  'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)': (r) => r.serviceTime,
  'REQ(X-FORWARDED-FOR)': (r) => r.forwardedFor,
  'REQ(USER-AGENT)': (r) => r.userAgent,
  'REQ(USER-AGENT):20': (r) => r.userAgent.slice(0, 20),
  'REQ(X-REQUEST-ID)': (r) => r.requestId,
  'REQ(:AUTHORITY)': (r) => r.authority,
  'REQUEST_HEADER(:AUTHORITY)': (r) => r.authority,
  'REQ(TRACEPARENT)': () => '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'DYNAMIC_METADATA(istio.mixer:status)': () => '-',
  "CEL(request.headers['a'].contains('b'))": () => 'true',
  UPSTREAM_HOST: (r) => r.upstreamHost,
  UPSTREAM_CLUSTER: (r) => r.cluster,
  UPSTREAM_CLUSTER_RAW: (r) => r.cluster,
  UPSTREAM_LOCAL_ADDRESS: (r) => r.upstreamLocal,
  DOWNSTREAM_LOCAL_ADDRESS: (r) => r.downstreamLocal,
  DOWNSTREAM_REMOTE_ADDRESS: (r) => r.downstreamRemote,
  REQUESTED_SERVER_NAME: (r) => r.serverName,
  ROUTE_NAME: (r) => r.route,
};
/** Written as numbers where they stand alone in JSON. */
const NUMBERS = new Set(['RESPONSE_CODE', 'BYTES_RECEIVED', 'BYTES_SENT', 'DURATION']);

function written(command: string, request: Logged): string {
  const value = VALUES[command];
  if (value === undefined) throw new Error(`no value is known of ${command}`);
  return value(request);
}

const COMMANDS = new RegExp(`%%|%(${Object.keys(VALUES).map(RegExp.escape).join('|')})%`, 'g');

/** A line of text as Envoy writes it, without its break. */
export function renderText(template: string, request: Logged): string {
  return template
    .replace(/\n$/, '')
    .replaceAll(COMMANDS, (_whole, command: string | undefined) =>
      command === undefined ? '%' : written(command, request),
    );
}

/** A line of JSON as Envoy writes it: a value that stands alone is typed, and null when it is not set. */
export function renderJson(template: unknown, request: Logged, options: { readonly omitEmpty?: boolean } = {}): string {
  return JSON.stringify(jsonValue(template, request, options.omitEmpty === true));
}

function jsonValue(template: unknown, request: Logged, omitEmpty: boolean): unknown {
  if (Array.isArray(template)) return template.map((inner) => jsonValue(inner, request, omitEmpty));
  if (typeof template === 'object' && template !== null) {
    const fields = Object.entries(template).map(([key, inner]) => [key, jsonValue(inner, request, omitEmpty)] as const);
    return Object.fromEntries(fields.filter(([, value]) => !(omitEmpty && value === null)));
  }
  if (typeof template !== 'string') return template;
  const alone = /^%([A-Z_]+(?:\([^%]*\))?)%$/.exec(template)?.[1];
  if (alone === undefined) return renderText(template, request);
  const value = written(alone, request);
  if (alone === 'RESPONSE_FLAGS') return value;
  if (value === '-') return null;
  return NUMBERS.has(alone) ? Number(value) : value;
}
