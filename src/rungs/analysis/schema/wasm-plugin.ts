import type { SpecObject } from '../../../model/spec-fields.ts';
import { numberAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { checkPolicyTarget } from './policy-target.ts';
import type { Problems } from './problems.ts';
import { badPort } from './values.ts';

const SCHEMES: ReadonlySet<string> = new Set(['', 'file', 'http', 'https', 'oci']);
const MOST_VARIABLES = 256;

/** What Istio refuses of a WasmPlugin, or warns of (Istio pkg/config/validation). */
export function checkWasmPlugin({ spec }: ConfigObject, problems: Problems): void {
  checkPolicyTarget(spec, problems);
  checkUrl(textAt(spec, 'url'), problems);
  const hash = textAt(spec, 'sha256');
  if (hash !== '' && !/^[0-9a-f]{64}$/.test(hash)) problems.error('its sha256 is not 64 hexadecimal digits');
  checkSecret(textAt(spec, 'imagePullSecret'), problems);
  checkVariables(objectsAt(spec, 'vmConfig', 'env'), problems);
  for (const match of objectsAt(spec, 'match')) {
    for (const port of objectsAt(match, 'ports')) problems.check(badPort(numberAt(port, 'number')));
  }
}

function checkUrl(url: string, problems: Problems): void {
  if (url === '') {
    problems.error('it has no url');
    return;
  }
  // An image's name alone is fine, also with a port after its host.
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1] ?? '';
  if (!SCHEMES.has(scheme.toLowerCase())) problems.error(`its url has the scheme ${scheme}, which nobody fetches`);
}

function checkSecret(name: string, problems: Problems): void {
  if (name.includes('/')) problems.error('its imagePullSecret may only be of its own namespace');
}

function checkVariables(variables: readonly SpecObject[], problems: Problems): void {
  if (variables.length > MOST_VARIABLES) problems.error(`it has more than ${MOST_VARIABLES} environment variables`);
  const names = variables.map((variable) => textAt(variable, 'name'));
  if (names.includes('')) problems.error('an environment variable has no name');
  if (new Set(names).size < names.length) problems.error('an environment variable is there twice');
  for (const variable of variables) {
    if (textAt(variable, 'valueFrom') === 'HOST' && textAt(variable, 'value') !== '') {
      problems.error(`the environment variable ${textAt(variable, 'name')} is the host's, and has a value`);
    }
  }
}
