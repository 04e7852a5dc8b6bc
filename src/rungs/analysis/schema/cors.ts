import type { SpecObject } from '../../../model/spec-fields.ts';
import { objectsAt, textAt, textsAt } from '../spec.ts';
import { checkStringMatch } from './http-match.ts';
import type { Problems } from './problems.ts';
import { badHeaderName, durationMs } from './values.ts';

const METHOD = /^[A-Z]+$/;

/** `corsPolicy` of an HTTP rule. */
export function checkCors(policy: SpecObject | undefined, problems: Problems): void {
  for (const origin of objectsAt(policy, 'allowOrigins')) checkStringMatch(origin, 'corsPolicy.allowOrigins', problems);
  const methods = textsAt(policy, 'allowMethods').filter((method) => method !== '*' && !METHOD.test(method));
  for (const method of methods) problems.error(`corsPolicy allows the method "${method}"`);
  const headers = [...textsAt(policy, 'allowHeaders'), ...textsAt(policy, 'exposeHeaders')];
  for (const name of headers.filter((header) => header !== '*')) problems.check(badHeaderName(name));
  const maxAge = durationMs(textAt(policy, 'maxAge'));
  if (maxAge !== undefined && maxAge % 1_000 !== 0) problems.error('corsPolicy.maxAge is not in whole seconds');
}
