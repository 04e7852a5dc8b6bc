import { type TextTest, textPattern } from './text-pattern.ts';

/** How a proxy tidies paths before it looks at them (MeshConfig `pathNormalization`). */
export const PATH_NORMALIZATIONS = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const;
export type PathNormalization = (typeof PATH_NORMALIZATIONS)[number];

/**
 * The path as policies see it: without query and fragment, tidied as the mesh asks.
 * `BASE` resolves `.` and `..` and turns `\` into `/` (Istio docs, "Security Policy Examples" and `pathNormalization`).
 */
export function policyPath(path: string, normalization: PathNormalization): string {
  const [bare = ''] = path.split(/[?#]/, 1);
  if (normalization === 'NONE' || !bare.startsWith('/')) return bare;
  const decoded =
    normalization === 'DECODE_AND_MERGE_SLASHES' ? bare.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') : bare;
  const resolved = resolveDots(decoded);
  return normalization === 'BASE' ? resolved : resolved.replace(/\/{2,}/g, '/');
}

/** What need not be escaped is not (RFC 3986 §6.2.2.2); for the rest, Envoy keeps to the rules of URLs on the web. */
function resolveDots(path: string): string {
  const url = `http://x${path.replace(/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi, decodeURIComponent)}`;
  return URL.canParse(url) ? new URL(url).pathname : path;
}

/** What may stand beside `{*}` and `{**}`: characters of a path segment (RFC 3986) but `*`, which they may stand for too. */
const PLAIN = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";
const LITERAL = new RegExp(`^[${PLAIN}]+$`);

/**
 * A value of `paths`: a short pattern, or a template with `{*}` for one segment and `{**}` for any rest.
 * @returns undefined for a template that Envoy refuses; it takes nothing of the new configuration then, and keeps the old
 */
export function pathPattern(value: string): TextTest | undefined {
  return isTemplate(value) ? templatePattern(value) : textPattern(value);
}

function isTemplate(value: string): boolean {
  return value.includes('{*}') || value.includes('{**}');
}

/** Envoy's uri_template: operators stand for whole segments, only the last may have an ending, none after `{**}`. */
function templatePattern(value: string): TextTest | undefined {
  if (!value.startsWith('/')) return undefined;
  const segments = value.slice(1).split('/');
  let regex = '';
  let sawRest = false;
  for (const [at, segment] of segments.entries()) {
    const part = segmentPattern(segment, at === segments.length - 1);
    if (part === undefined || (part.operator && sawRest)) return undefined;
    sawRest ||= segment.startsWith('{**}');
    regex += `/${part.regex}`;
  }
  return matchTemplate(new RegExp(`^${regex}$`));
}

interface SegmentPattern {
  readonly regex: string;
  readonly operator: boolean;
}

function segmentPattern(segment: string, isLast: boolean): SegmentPattern | undefined {
  const operator = ['{**}', '{*}'].find((each) => segment.startsWith(each));
  if (operator === undefined) return literalPattern(segment, isLast);
  const ending = segment.slice(operator.length);
  if (ending !== '' && !(isLast && LITERAL.test(ending))) return undefined;
  const wild = operator === '{*}' ? `[${PLAIN}*]+` : `[${PLAIN}*/]*`;
  return { regex: `${wild}${RegExp.escape(ending)}`, operator: true };
}

/** Empty at the end only: a `/` there, or a path of nothing else. */
function literalPattern(segment: string, isLast: boolean): SegmentPattern | undefined {
  if (segment === '') return isLast ? { regex: '', operator: false } : undefined;
  return LITERAL.test(segment) ? { regex: RegExp.escape(segment), operator: false } : undefined;
}

/** One `{**}` at most, and `{*}` never takes a `/`: no pattern can make this slow. */
function matchTemplate(regex: RegExp): TextTest {
  return (path) => regex.test(path);
}
