import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, objectAt, textAt, textsAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { badPort, badWildcardName, isDnsLabel } from './values.ts';

/** A destination of a route, mirror or delegate. */
export function checkDestination(value: unknown, problems: Problems): void {
  const host = textAt(value, 'host');
  if (host === '*') problems.error('a destination is *');
  else problems.check(badWildcardName(host));
  const subset = textAt(value, 'subset');
  if (subset !== '' && !isDnsLabel(subset)) problems.error(`"${subset}" is no name of a subset`);
  if (hasAt(value, 'port')) problems.check(badPort(numberAt(value, 'port', 'number')));
}

/** `route` of an HTTP rule, or of one for TCP or TLS. */
export function checkRoutes(routes: readonly SpecObject[], problems: Problems): void {
  let total = 0;
  for (const route of routes) {
    if (objectAt(route, 'destination') === undefined) problems.error('a route has no destination');
    else checkDestination(route['destination'], problems);
    const weight = numberAt(route, 'weight') ?? 0;
    if (weight < 0) problems.error('a weight is less than 0');
    total += weight;
    checkHeaderOperations(route, problems);
  }
  if (routes.length > 1 && total === 0) problems.error('the weights of several routes are 0 together');
}

/** `headers.request` and `headers.response`, with their `add`, `set` and `remove`. */
export function checkHeaderOperations(part: SpecObject, problems: Problems): void {
  for (const direction of ['request', 'response'] as const) {
    for (const operation of ['add', 'set'] as const) {
      for (const [name, value] of Object.entries(objectAt(part, 'headers', direction, operation) ?? {})) {
        problems.check(badOperationName(name, direction === 'request'));
        problems.check(badHeaderValue(value));
      }
    }
    for (const name of textsAt(part, 'headers', direction, 'remove')) problems.check(badOperationName(name, false));
  }
  checkAuthority(part, problems);
}

function badOperationName(name: string, mayBeAuthority: boolean): string | undefined {
  if (name === '') return 'a header has no name';
  const isOfProxy = name.startsWith(':') || name.toLowerCase() === 'host';
  return isOfProxy && !(mayBeAuthority && isAuthority(name)) ? `the header ${name} cannot be changed` : undefined;
}

function isAuthority(name: string): boolean {
  return name.toLowerCase() === ':authority' || name.toLowerCase() === 'host';
}

/** A rewrite and headers can all set it, and only one may. */
function checkAuthority(part: SpecObject, problems: Problems): void {
  const request = valueAt(part, 'headers', 'request');
  const names = [...Object.keys(objectAt(request, 'set') ?? {}), ...Object.keys(objectAt(request, 'add') ?? {})];
  const times = names.filter(isAuthority).length + (textAt(part, 'rewrite', 'authority') === '' ? 0 : 1);
  if (times > 1) problems.error('the authority is set more than once');
}

/** Envoy reads `%WORD%` as a command; a lone percent sign must be doubled. Only an odd number is certainly wrong. */
function badHeaderValue(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) return 'a header value has a control character';
  const signs = text.replaceAll('%%', '').split('%').length - 1;
  return signs % 2 === 0 ? undefined : `the header value "${text}" has a percent sign too few`;
}
