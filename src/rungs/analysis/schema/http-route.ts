import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import { checkCors } from './cors.ts';
import { checkHeaderOperations, checkRoutes } from './destinations.ts';
import { checkFault } from './http-fault.ts';
import { checkHttpMatch, type MatchPlace } from './http-match.ts';
import { checkMirrors } from './http-mirrors.ts';
import { checkRetries } from './http-retries.ts';
import type { Problems } from './problems.ts';
import { badRegex } from './regex.ts';
import { badDuration, badPort } from './values.ts';

/** The part a VirtualService plays in delegation. */
export type DelegationRole = 'whole' | 'root' | 'delegate';

/** One rule of `http`. */
export function checkHttpRoute(route: SpecObject, role: DelegationRole, place: MatchPlace, problems: Problems): void {
  checkRole(route, role, problems);
  checkConflicts(route, role, problems);
  for (const match of objectsAt(route, 'match')) checkHttpMatch(match, place, problems);
  checkHeaderOperations(route, problems);
  checkRoutes(objectsAt(route, 'route'), problems);
  checkCors(objectAt(route, 'corsPolicy'), problems);
  checkFault(objectAt(route, 'fault'), problems);
  checkMirrors(route, problems);
  checkRedirect(objectAt(route, 'redirect'), problems);
  checkDirectResponse(objectAt(route, 'directResponse'), problems);
  checkRewrite(objectAt(route, 'rewrite'), problems);
  checkRetries(objectAt(route, 'retries'), problems);
  problems.check(badDuration(valueAt(route, 'timeout'), 'timeout'));
}

function checkRole(route: SpecObject, role: DelegationRole, problems: Problems): void {
  if (role === 'delegate' && hasAt(route, 'delegate')) problems.error('a delegate delegates further');
  if (role !== 'root') return;
  if (hasAt(route, 'redirect') || listAt(route, 'route').length > 0) {
    problems.error('a rule delegates, and has a redirect or route itself');
  }
}

function checkConflicts(route: SpecObject, role: DelegationRole, problems: Problems): void {
  const has = (field: string): boolean => hasAt(route, field);
  const routes = listAt(route, 'route').length > 0;
  const clash = (one: string, others: readonly string[]): void => {
    if (!has(one)) return;
    if (routes) problems.error(`a rule has ${one} and route`);
    for (const other of others.filter(has)) problems.error(`a rule has ${one} and ${other}`);
  };
  clash('redirect', ['fault', 'rewrite', 'directResponse']);
  clash('directResponse', ['fault', 'rewrite']);
  const leadsSomewhere = routes || has('redirect') || has('directResponse');
  if (role !== 'root' && !leadsSomewhere) problems.error('a rule has no route, redirect or directResponse');
}

const REDIRECT_FIELDS = ['uri', 'authority', 'scheme', 'port', 'derivePort'];

function checkRedirect(redirect: SpecObject | undefined, problems: Problems): void {
  if (redirect === undefined) return;
  if (REDIRECT_FIELDS.every((field) => !hasAt(redirect, field))) problems.error('a redirect says not where to');
  const code = numberAt(redirect, 'redirectCode') ?? 0;
  if (code !== 0 && (code < 300 || code > 399)) problems.error(`the redirect code ${code} is none`);
  const scheme = textAt(redirect, 'scheme');
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https') problems.error(`"${scheme}" is neither http nor https`);
  if ((numberAt(redirect, 'port') ?? 0) !== 0) problems.check(badPort(numberAt(redirect, 'port')));
}

const LARGE_BODY = 100_000;
const LARGEST_BODY = 1_000_000;

function checkDirectResponse(response: SpecObject | undefined, problems: Problems): void {
  if (response === undefined) return;
  const status = numberAt(response, 'status') ?? 0;
  if (status < 200 || status > 600) problems.error(`the status ${status} of a directResponse is none`);
  const body = textAt(response, 'body', 'string') || textAt(response, 'body', 'bytes');
  if (body.length > LARGEST_BODY) problems.error('the body of a directResponse is larger than 1 MB');
  else if (body.length > LARGE_BODY) problems.warning('the body of a directResponse is larger than 100 kB');
}

function checkRewrite(rewrite: SpecObject | undefined, problems: Problems): void {
  if (rewrite === undefined) return;
  const uri = textAt(rewrite, 'uri');
  const regex = objectAt(rewrite, 'uriRegexRewrite');
  if (uri === '' && textAt(rewrite, 'authority') === '' && regex === undefined)
    problems.error('a rewrite says nothing');
  if (regex === undefined) return;
  if (uri !== '') problems.error('a rewrite has uri and uriRegexRewrite');
  if (textAt(regex, 'rewrite') === '') problems.error('uriRegexRewrite has no rewrite');
  problems.check(badRegex(textAt(regex, 'match')));
}
