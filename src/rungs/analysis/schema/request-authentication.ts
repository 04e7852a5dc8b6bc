import type { SpecObject } from '../../../model/spec-fields.ts';
import { listAt, objectsAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { checkPolicyTarget } from './policy-target.ts';
import type { Problems } from './problems.ts';
import { badDuration, badHeaderName } from './values.ts';

/** What Istio refuses of a RequestAuthentication, or warns of (Istio pkg/config/validation). */
export function checkRequestAuthentication({ spec }: ConfigObject, problems: Problems): void {
  checkPolicyTarget(spec, problems);
  for (const rule of objectsAt(spec, 'jwtRules')) checkRule(rule, problems);
}

function checkRule(rule: SpecObject, problems: Problems): void {
  const uri = textAt(rule, 'jwksUri');
  if (textAt(rule, 'issuer') === '' && uri === '') problems.error('a JWT rule has neither issuer nor jwksUri');
  for (const field of ['audiences', 'fromParams', 'fromCookies']) {
    if (listAt(rule, field).includes('')) problems.error(`a JWT rule has an empty value in ${field}`);
  }
  problems.check(badUri(uri));
  problems.check(badKeys(textAt(rule, 'jwks')));
  checkHeaders(rule, problems);
  problems.check(badDuration(valueAt(rule, 'timeout'), 'the timeout of a JWT rule'));
}

function checkHeaders(rule: SpecObject, problems: Problems): void {
  const isNameless = objectsAt(rule, 'fromHeaders').some((header) => textAt(header, 'name') === '');
  if (isNameless) problems.error('a JWT rule has a header without a name in fromHeaders');
  for (const output of objectsAt(rule, 'outputClaimToHeaders')) {
    const header = textAt(output, 'header');
    if (header === '' || textAt(output, 'claim') === '') problems.error('outputClaimToHeaders lacks a header or claim');
    else problems.check(badHeaderName(header));
  }
}

function badUri(uri: string): string | undefined {
  if (uri === '') return undefined;
  const parsed = URL.parse(uri);
  if (parsed === null || parsed.hostname === '') return `jwksUri "${uri}" is no URL`;
  const isWeb = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  return isWeb ? undefined : `jwksUri "${uri}" is neither http nor https`;
}

/** One key, or several under `keys`. */
function badKeys(jwks: string): string | undefined {
  if (jwks === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(jwks);
    const keys = valueAt(parsed, 'keys') === undefined ? [parsed] : listAt(parsed, 'keys');
    return keys.every((key) => textAt(key, 'kty') !== '') ? undefined : 'jwks has a key without kty';
  } catch {
    return 'jwks is no JSON';
  }
}
