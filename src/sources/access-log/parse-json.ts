import { accessLine, type LineReading } from './access-line.ts';
import { parseLogTime } from './log-time.ts';
import { UNSET } from './raw-request.ts';

/** A JSON line as it was read: an object, not yet trusted in anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Keys that must not be there twice: all that are read. */
const DECISIVE = [
  'start_time',
  'response_code',
  'response_flags',
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  'authority',
  'upstream_cluster',
  'downstream_local_address',
  'route_name',
  'upstream_host',
];
const DECISIVE_KEYS = keyPattern(DECISIVE);

/** Whole when it is an object; undefined for anything else. */
export function readJsonObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Istio's default JSON format (Istio pilot/pkg/model/telemetry_logging.go): keys in any order, more keys than the
 * default ones, absent, `null` and `-` alike, numbers also as text.
 * @param line the text that `object` was read from
 * @returns undefined where code or flags are missing, or something is in a form that Envoy does not write; `unclear` where
 * something stands twice
 */
export function parseJson(line: string, object: JsonObject): LineReading {
  if (!Object.hasOwn(object, 'response_flags') || !Object.hasOwn(object, 'response_code')) return undefined;
  if (!isPlain(line, object) && hasKeyTwice(line, DECISIVE_KEYS)) return 'unclear';
  const field = (key: string): string => jsonField(object, key);
  const fields = {
    responseCode: field('response_code'),
    flags: field('response_flags'),
    details: field('response_code_details'),
    terminationDetails: field('connection_termination_details'),
    transportFailure: field('upstream_transport_failure_reason'),
    authority: field('authority'),
    upstreamCluster: field('upstream_cluster'),
    downstreamLocalAddress: field('downstream_local_address'),
    route: field('route_name'),
  };
  if (Object.values(fields).includes(NOT_PLAIN)) return undefined;
  return accessLine(fields, parseLogTime(field('start_time')), field('upstream_host') || UNSET);
}

/** Stands for what is no text, number, null or nothing: no plain value is empty. */
export const NOT_PLAIN = '';

function jsonField(object: JsonObject, key: string): string {
  return jsonText(Object.hasOwn(object, key) ? object[key] : null);
}

/** A value as text; `-` where it is null or empty, `NOT_PLAIN` where it is of a kind that Envoy does not write. */
export function jsonText(value: unknown): string {
  if (value === null || value === '') return UNSET;
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : NOT_PLAIN;
}

/**
 * Whether a JSON line shows at a glance that no key stands in it twice: nothing is escaped, no quote has a blank behind it,
 * and the object has as many keys as the line has quotes with a colon behind them. Nearly all lines do.
 */
function isPlain(line: string, object: JsonObject): boolean {
  if (line.includes('\\') || /"\s/.test(line)) return false;
  let colons = 0;
  for (let at = line.indexOf('":'); at >= 0; at = line.indexOf('":', at + 2)) colons += 1;
  return colons === Object.keys(object).length;
}

/** A pattern for `hasKeyTwice`. Quotes inside of values are escaped, so a name in quotes before a colon is a key. */
function keyPattern(keys: readonly string[]): RegExp {
  return new RegExp(`"(${keys.map((key) => RegExp.escape(key)).join('|')})"\\s*:`, 'g');
}

/** A key with a backslash in it, which may be another key in disguise. */
const DISGUISED_KEY = /[{,]\s*"[^"\\]*\\/;

/**
 * Whether one of these keys may stand twice in a JSON line. Envoy's own JSON never has that; a format written by hand as
 * text (`{"flags":"%RESPONSE_FLAGS%","agent":"%REQ(USER-AGENT)%"}`) lets callers write keys of their own.
 */
function hasKeyTwice(line: string, keys: RegExp): boolean {
  const seen = new Set<string>();
  for (const [, key = ''] of line.matchAll(keys)) {
    if (seen.has(key)) return true;
    seen.add(key);
  }
  return DISGUISED_KEY.test(line);
}
