import { placesOf, tellersOf } from './format-places.ts';
import { readTemplate } from './format-template.ts';
import type { JsonObject } from './parse-json.ts';

/** Istio's default text of every version (pilot/pkg/model/telemetry_logging.go), put together from what changed. */
const HEAD =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ';
const WHY = [
  '"%DYNAMIC_METADATA(istio.mixer:status)%" ',
  '',
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% ',
];
const MIDDLE =
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" ';
const CLUSTERS = ['%UPSTREAM_CLUSTER%', '%UPSTREAM_CLUSTER_RAW%'];
const TAIL = ' %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%';
const ROUTES = [' %ROUTE_NAME%', ''];

/** Since Istio 1.23. */
export const DEFAULT_TEXT: string = `${HEAD}${WHY[2]}${MIDDLE}${CLUSTERS[1]}${TAIL}${ROUTES[0]}`;

const TEXTS: ReadonlySet<string> = new Set(
  WHY.flatMap((why) =>
    CLUSTERS.flatMap((cluster) => ROUTES.map((route) => HEAD + why + MIDDLE + cluster + TAIL + route)),
  ),
);

/** The keys of Istio's default JSON that are read (the same file), and the operators they may have. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['start_time', ['%START_TIME%']],
  ['response_code', ['%RESPONSE_CODE%']],
  ['response_flags', ['%RESPONSE_FLAGS%']],
  ['response_code_details', ['%RESPONSE_CODE_DETAILS%']],
  ['connection_termination_details', ['%CONNECTION_TERMINATION_DETAILS%']],
  ['upstream_transport_failure_reason', ['%UPSTREAM_TRANSPORT_FAILURE_REASON%']],
  ['authority', ['%REQ(:AUTHORITY)%']],
  ['upstream_cluster', CLUSTERS],
  ['downstream_local_address', ['%DOWNSTREAM_LOCAL_ADDRESS%']],
  ['route_name', ['%ROUTE_NAME%']],
]);

/** Whether a text format is one that `parseText` knows by heart. */
export function isDefaultText(template: string): boolean {
  return TEXTS.has(template.replace(/\r?\n$/, ''));
}

/** Whether `parseJson` reads all that lines of this template tell: the default keys mean what they mean by default. */
export function isDefaultJson(template: JsonObject): boolean {
  const fields = Object.entries(template);
  if (!fields.some(([key]) => key === 'response_flags') || !fields.some(([key]) => key === 'response_code'))
    return false;
  return fields.every(([key, value]) =>
    typeof value === 'string' && KEYS.has(key) ? KEYS.get(key)?.includes(value) : isUnread(key, value),
  );
}

/** Another key, which tells nothing that is counted. */
function isUnread(key: string, value: unknown): boolean {
  if (KEYS.has(key) || typeof value !== 'string') return false;
  const parts = readTemplate(value);
  return !('kind' in parts) && tellersOf(placesOf(parts)).size === 0;
}
