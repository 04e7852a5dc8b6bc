import type { SpecObject } from '../../../model/spec-fields.ts';
import { objectsAt, textAt, textsAt, valueAt } from '../../../model/spec-paths.ts';
import { checkStringMatch } from './http-match.ts';
import type { Problems } from './problems.ts';
import { badDuration, badHeaderName, durationMs } from './values.ts';

const METHODS: ReadonlySet<string> = new Set([
  ...['*', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'],
]);

/** `corsPolicy` of an HTTP rule. */
export function checkCors(policy: SpecObject | undefined, problems: Problems): void {
  for (const origin of objectsAt(policy, 'allowOrigins')) {
    const text = ['exact', 'prefix', 'regex'].map((form) => textAt(origin, form)).join('');
    if (text === '') problems.error('corsPolicy allows an origin that says nothing');
    else checkStringMatch(origin, 'corsPolicy.allowOrigins', problems);
  }
  const methods = textsAt(policy, 'allowMethods').filter((method) => !METHODS.has(method));
  for (const method of methods) problems.error(`corsPolicy allows the method "${method}"`);
  const headers = [...textsAt(policy, 'allowHeaders'), ...textsAt(policy, 'exposeHeaders')];
  for (const name of headers.filter((header) => header !== '*')) problems.check(badHeaderName(name));
  problems.check(badDuration(valueAt(policy, 'maxAge'), 'corsPolicy.maxAge'));
  const maxAge = durationMs(textAt(policy, 'maxAge'));
  if (maxAge !== undefined && maxAge % 1_000 !== 0) problems.error('corsPolicy.maxAge is not in whole seconds');
}
