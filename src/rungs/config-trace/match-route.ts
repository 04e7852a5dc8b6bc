import { bodyField, bodyNumber, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyRoute } from '../../model/envoy-route.ts';
import type { RegexTest, TraceQuestion } from '../../model/envoy-trace-question.ts';
import { matchHeader } from './match-header.ts';
import { matchText } from './match-text.ts';

/** The first route that takes a request; or the one of which it cannot be told. */
export type FoundRoute =
  | { readonly kind: 'found'; readonly route: EnvoyRoute; readonly tried: number }
  | { readonly kind: 'undecided'; readonly route: EnvoyRoute; readonly tried: number }
  | { readonly kind: 'none' };

/** Routes are tried in their order, and the first that matches takes the request. */
export function matchRoute(routes: readonly EnvoyRoute[], question: TraceQuestion, regex: RegexTest): FoundRoute {
  for (const [tried, route] of routes.entries()) {
    const matched = matches(route.match, question, regex);
    if (matched !== false) return { kind: matched ? 'found' : 'undecided', route, tried };
  }
  return { kind: 'none' };
}

type Part = (match: EnvoyBody, question: TraceQuestion, regex: RegexTest) => boolean | undefined;

const PARTS: readonly Part[] = [matchPath, matchHeaders, matchQuery, matchGrpc, matchFraction, matchUnseen];

/** Whether a `RouteMatch` takes a request: all its parts must; nothing where it cannot be told. */
function matches(match: EnvoyBody, question: TraceQuestion, regex: RegexTest): boolean | undefined {
  return all(PARTS.map((part) => part(match, question, regex)));
}

/** One that does not match decides, whatever cannot be told of the others. */
function all(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

function matchPath(match: EnvoyBody, { path, method }: TraceQuestion, regex: RegexTest): boolean | undefined {
  const [given = ''] = path.split(/[?#]/, 1);
  const pattern = bodyText(bodyObject(match, 'safe_regex'), 'regex');
  if (pattern !== undefined) return regex(pattern, given);
  if (bodyObject(match, 'connect_matcher') !== undefined) return method === 'CONNECT';
  return matchPlainPath(match, given);
}

function matchPlainPath(match: EnvoyBody, given: string): boolean | undefined {
  const fold = bodyField(match, 'case_sensitive') === false;
  const path = fold ? given.toLowerCase() : given;
  const wanted = (name: string): string | undefined =>
    fold ? bodyText(match, name)?.toLowerCase() : bodyText(match, name);
  const [prefix, exact, separated] = [wanted('prefix'), wanted('path'), wanted('path_separated_prefix')];
  if (prefix !== undefined) return path.startsWith(prefix);
  if (exact !== undefined) return path === exact;
  if (separated !== undefined) return path === separated || path.startsWith(`${separated}/`);
  // An empty prefix, which JSON may leave out, takes every path.
  return bodyField(match, 'path_match_policy') === undefined ? true : undefined;
}

function matchHeaders(match: EnvoyBody, question: TraceQuestion, regex: RegexTest): boolean | undefined {
  return all(bodyObjects(match, 'headers').map((matcher) => matchHeader(matcher, question, regex)));
}

function matchQuery(match: EnvoyBody, { path }: TraceQuestion, regex: RegexTest): boolean | undefined {
  const [, query = ''] = /\?([^#]*)/.exec(path) ?? [];
  const sent = new URLSearchParams(query);
  return all(
    bodyObjects(match, 'query_parameters').map((matcher) => {
      const value = sent.get(bodyText(matcher, 'name') ?? '');
      const present = bodyField(matcher, 'present_match');
      if (typeof present === 'boolean') return (value !== null) === present;
      const text = bodyObject(matcher, 'string_match');
      if (value === null || text === undefined) return value !== null;
      return matchText(text, value, regex);
    }),
  );
}

function matchGrpc(match: EnvoyBody, { headers }: TraceQuestion): boolean {
  if (bodyObject(match, 'grpc') === undefined) return true;
  return /^application\/grpc(\+|;|$)/.test(headers.get('content-type') ?? '');
}

/** A route for a part of the requests takes some of them; one for none takes none. */
function matchFraction(match: EnvoyBody): boolean {
  const fraction = bodyObject(bodyObject(match, 'runtime_fraction'), 'default_value');
  return fraction === undefined || (bodyNumber(fraction, 'numerator') ?? 0) > 0;
}

/** Parts that look at what a request does not show. */
function matchUnseen(match: EnvoyBody): boolean | undefined {
  const unseen = ['dynamic_metadata', 'tls_context', 'filter_state', 'cookies'];
  const asked = unseen.some((part) => {
    const value = bodyField(match, part);
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  });
  return asked ? undefined : true;
}

/** The part of the requests that a route takes, 0 to 1; the others go on to the next route. */
export function fractionOf({ match }: Pick<EnvoyRoute, 'match'>): number {
  const fraction = bodyObject(bodyObject(match, 'runtime_fraction'), 'default_value');
  if (fraction === undefined) return 1;
  const denominators: Readonly<Record<string, number>> = { TEN_THOUSAND: 10_000, MILLION: 1_000_000 };
  const denominator = denominators[bodyText(fraction, 'denominator') ?? ''] ?? 100;
  return Math.min(1, (bodyNumber(fraction, 'numerator') ?? 0) / denominator);
}
