import { parseLogTime } from './log-time.ts';
import { isJsonObject, type JsonObject, readJsonObject } from './parse-json.ts';
import type { ProxyLogLine } from './scanner.ts';
import { xdsFailureOf } from './xds-failure.ts';

/** A line of Envoy's or the agent's own log, and when it was written. */
export interface OwnLine {
  readonly line: ProxyLogLine;
  readonly at?: number;
}

/** Level words of Envoy (spdlog), the agent (zap), Go's slog and klog, each to one word. */
const LEVELS: Readonly<Record<string, string>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warning',
  warning: 'warning',
  error: 'error',
  err: 'error',
  critical: 'critical',
  fatal: 'critical',
  dpanic: 'critical',
  panic: 'critical',
};
const KLOG_LEVELS: Readonly<Record<string, string>> = { I: 'info', W: 'warning', E: 'error', F: 'critical' };

/** Envoy's own default format, `[2026-08-01 09:14:03.512][12][warning][config] …`, before Istio set one. */
const ENVOY_DEFAULT = /^\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)\]\[\d+\]\[([a-z]+)\]/;
/** Go's slog: `2026/08/01 09:14:03 ERROR …`. */
const SLOG = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d ([A-Z]{4,5}) /;
/** klog: `W0801 09:14:03.512345       1 file.go:12] …`. */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9} /;

/** Reads a line of the proxy's own log, in text (`TIME tab LEVEL tab …`) or JSON; undefined for any other line. */
export function ownLine(text: string): OwnLine | undefined {
  if (text.startsWith('{')) {
    const object = readJsonObject(text);
    return object === undefined ? undefined : ownJsonLine(object);
  }
  return tabbed(text) ?? otherForm(text);
}

/** As `ownLine`, for a JSON line that was read already. */
export function ownJsonLine(object: JsonObject): OwnLine | undefined {
  if (!isJsonObject(object)) return undefined;
  const { level, time, msg, scope } = object;
  if (typeof level !== 'string' || typeof msg !== 'string' || !isLevel(level)) return undefined;
  return own(level, typeof time === 'string' ? parseLogTime(time) : undefined, () =>
    xdsFailureOf(typeof scope === 'string' ? scope : '', msg),
  );
}

function tabbed(text: string): OwnLine | undefined {
  const timeEnd = text.indexOf('\t');
  const levelEnd = text.indexOf('\t', timeEnd + 1);
  if (timeEnd < 0 || levelEnd < 0) return undefined;
  const level = text.slice(timeEnd + 1, levelEnd);
  const at = parseLogTime(text.slice(0, timeEnd));
  if (at === undefined || !isLevel(level)) return undefined;
  return own(level, at, () => {
    const scopeEnd = text.indexOf('\t', levelEnd + 1);
    return scopeEnd < 0 ? undefined : xdsFailureOf(text.slice(levelEnd + 1, scopeEnd), text.slice(scopeEnd + 1));
  });
}

function otherForm(text: string): OwnLine | undefined {
  const [, day, time, envoyLevel = ''] = ENVOY_DEFAULT.exec(text) ?? [];
  if (isLevel(envoyLevel)) return own(envoyLevel, parseLogTime(`${day}T${time}Z`));
  const slogLevel = SLOG.exec(text)?.[1]?.toLowerCase() ?? '';
  if (isLevel(slogLevel)) return own(slogLevel, undefined);
  const klogLevel = KLOG_LEVELS[KLOG.exec(text)?.[1] ?? ''];
  return klogLevel === undefined ? undefined : own(klogLevel, undefined);
}

function isLevel(word: string): boolean {
  return Object.hasOwn(LEVELS, word);
}

function own(word: string, at: number | undefined, xdsFailure?: () => string | undefined): OwnLine {
  const level = LEVELS[word] ?? word;
  // Below warning nobody tells of a failure: most lines need no closer look.
  const failure = level === 'warning' || level === 'error' ? xdsFailure?.() : undefined;
  const line = failure === undefined ? { level } : { level, xdsFailure: failure };
  return at === undefined ? { line } : { line, at };
}
