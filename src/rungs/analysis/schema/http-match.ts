import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, numberAt, objectAt, textAt, textsAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { badRegex } from './regex.ts';
import { badHeaderName, badLabelMap, badName, badPort, isDnsLabel } from './values.ts';

/** Where a rule stands, as far as its matches may differ by it. */
export interface MatchPlace {
  /** The VirtualService is bound to a gateway. */
  readonly isAtGateway: boolean;
}

const PSEUDO: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':status']);
const CLAIM = /^@request\.auth\.claims(?:\.|\[)/i;

/** `match` of an HTTP rule. */
export function checkHttpMatch(match: SpecObject, place: MatchPlace, problems: Problems): void {
  for (const field of ['uri', 'scheme', 'method', 'authority']) checkStringMatch(match[field], field, problems);
  checkHeaders(match, 'headers', place, problems);
  checkHeaders(match, 'withoutHeaders', place, problems);
  for (const [name, value] of Object.entries(objectAt(match, 'queryParams') ?? {})) {
    checkStringMatch(value, `queryParams.${name}`, problems);
  }
  checkMatchPort(match, problems);
  checkMatchGateways(match, problems);
  problems.check(badLabelMap(labelsAt(match, 'sourceLabels')));
  const namespace = textAt(match, 'sourceNamespace');
  if (namespace !== '' && !isDnsLabel(namespace)) problems.error(`sourceNamespace "${namespace}" is no namespace`);
}

function checkHeaders(match: SpecObject, field: string, place: MatchPlace, problems: Problems): void {
  for (const [name, value] of Object.entries(objectAt(match, field) ?? {})) {
    checkHeaderName(name, field, place, problems);
    if (field === 'headers' && value === null) problems.error(`${field}.${name} says nothing; write {} for any value`);
    // A star alone is no pattern there: it asks that the header be there.
    if (field === 'withoutHeaders' && textAt(value, 'regex') === '*') continue;
    checkStringMatch(value, `${field}.${name}`, problems);
  }
}

function checkHeaderName(name: string, field: string, { isAtGateway }: MatchPlace, problems: Problems): void {
  if (!CLAIM.test(name)) {
    if (!PSEUDO.has(name)) problems.check(badHeaderName(name));
  } else if (!isAtGateway) {
    problems.error(`${field} has ${name}, which only a gateway can look at`);
  }
}

/** An empty prefix of a path is every path; elsewhere it says nothing. */
export function checkStringMatch(value: unknown, where: string, problems: Problems): void {
  if (hasAt(value, 'regex')) problems.check(badRegex(textAt(value, 'regex')));
  if (where !== 'uri' && valueAt(value, 'prefix') === '') problems.error(`${where} has an empty prefix`);
}

export function checkMatchPort(match: SpecObject, problems: Problems): void {
  if ((numberAt(match, 'port') ?? 0) !== 0) problems.check(badPort(numberAt(match, 'port')));
}

export function checkMatchGateways(match: SpecObject, problems: Problems): void {
  checkGatewayNames(textsAt(match, 'gateways'), problems);
}

/** `name`, which may be a whole domain name of old, or `namespace/name`. */
export function checkGatewayNames(names: readonly string[], problems: Problems): void {
  for (const name of names) {
    const [namespace = '', ...rest] = name.split('/');
    if (rest.length === 0) {
      if (name.includes('.')) problems.warning(`the gateway "${name}" is named as of old; write namespace/name`);
      problems.check(badName(name));
      // Nothing after the first short name is looked at.
      return;
    }
    if (!isDnsLabel(namespace)) problems.error(`the gateway "${name}" has no sound namespace`);
    if (!isDnsLabel(rest.join('/'))) problems.error(`the gateway "${name}" has no sound name`);
  }
}
