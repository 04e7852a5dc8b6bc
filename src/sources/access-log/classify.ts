import type { AccessLine, LineReading } from './access-line.ts';
import { parseJson, readJsonObject } from './parse-json.ts';
import { parseText } from './parse-text.ts';
import { ownJsonLine, ownLine } from './proxy-log-line.ts';
import type { ProxyLogLine } from './scanner.ts';

/** What one line of an istio-proxy container is. `unparsed`: meant as an access line, and not understood. */
export type LineKind =
  | { readonly kind: 'access'; readonly line: AccessLine }
  | { readonly kind: 'proxy_log'; readonly line: ProxyLogLine }
  | { readonly kind: 'unparsed' }
  | { readonly kind: 'other' };

/** How access lines are written: Istio's defaults, or a compiled `accessLogFormat`. */
export type LineFormat = 'auto' | 'text' | 'json' | ((line: string) => LineReading);

const UNPARSED: LineKind = { kind: 'unparsed' };
const OTHER: LineKind = { kind: 'other' };
/** Words by which a JSON line shows that it is meant as an access line. */
const ACCESS_KEYS = ['response_code', 'response_flags', 'upstream_cluster', 'route_name'];

/** Tells access lines, the proxy's own log, and the rest apart. The line has no line break. */
export function classify(line: string, format: LineFormat): LineKind {
  if (typeof format === 'function') return classifyCustom(line, format);
  if (line.startsWith('{')) return classifyJson(line, format);
  if (/^\[\d{4}-\d\d-\d\dT/.test(line)) return classifyText(line, format);
  return proxyLogOr(line, /^\[\d/.test(line) ? UNPARSED : OTHER);
}

function classifyText(line: string, format: 'auto' | 'text' | 'json'): LineKind {
  return format === 'json' ? UNPARSED : (read(parseText(line)) ?? UNPARSED);
}

function classifyJson(line: string, format: 'auto' | 'text' | 'json'): LineKind {
  const object = readJsonObject(line);
  if (object === undefined) return UNPARSED;
  const access = format === 'text' ? undefined : read(parseJson(line, object));
  if (access !== undefined) return access;
  const proxyLog = ownJsonLine(object)?.line;
  if (proxyLog !== undefined) return { kind: 'proxy_log', line: proxyLog };
  return ACCESS_KEYS.some((key) => Object.hasOwn(object, key)) ? UNPARSED : OTHER;
}

/** Outside a known format, what is no log line of the proxy and not plainly part of a longer message counts as unparsed. */
function classifyCustom(line: string, parse: (line: string) => LineReading): LineKind {
  const access = read(parse(line));
  if (access !== undefined) return access;
  const object = line.startsWith('{') ? readJsonObject(line) : undefined;
  const proxyLog = object === undefined ? undefined : ownJsonLine(object)?.line;
  if (proxyLog !== undefined) return { kind: 'proxy_log', line: proxyLog };
  return proxyLogOr(line, /^(?:\s|$|[\w./-]+:(?:\s|$))/.test(line) ? OTHER : UNPARSED);
}

function proxyLogOr(line: string, otherwise: LineKind): LineKind {
  const proxyLog = ownLine(line)?.line;
  return proxyLog === undefined ? otherwise : { kind: 'proxy_log', line: proxyLog };
}

function read(reading: LineReading): LineKind | undefined {
  if (reading === undefined) return undefined;
  // What may be forged is not asked what else it could be.
  return reading === 'unclear' ? UNPARSED : { kind: 'access', line: reading };
}
