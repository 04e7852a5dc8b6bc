import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, listAt, numberOf, objectAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress, isCidr } from '../addresses.ts';
import { badConditionKey } from './condition-key.ts';
import { badPathTemplate } from './path-template.ts';
import { checkPolicyTarget } from './policy-target.ts';
import type { Problems } from './problems.ts';
import { badServiceAccount } from './service-account.ts';
import { badPort } from './values.ts';

/** What Istio refuses of an AuthorizationPolicy, or warns of (Istio pkg/config/validation). */
export function checkAuthorizationPolicy({ spec }: ConfigObject, problems: Problems): void {
  checkPolicyTarget(spec, problems);
  const action = textAt(spec, 'action') || 'ALLOW';
  const rules = objectsAt(spec, 'rules');
  checkProvider(spec, action, problems);
  if (action === 'DENY' && !hasAt(spec, 'rules')) problems.error('it denies, and has no rules, so it does nothing');
  for (const rule of rules) {
    checkRule(rule, problems);
    if (action === 'CUSTOM') checkCustomRule(rule, problems);
    if (action === 'DENY') checkDenial(rule, problems);
  }
}

function checkProvider(spec: SpecObject, action: string, problems: Problems): void {
  if (action !== 'CUSTOM') {
    if (hasAt(spec, 'provider')) problems.error(`its action is ${action}, and provider is for CUSTOM alone`);
    return;
  }
  if (!hasAt(spec, 'rules')) problems.error('its action is CUSTOM, and it has no rules');
  if (textAt(spec, 'provider', 'name') === '') problems.error('its action is CUSTOM, and it names no provider');
}

function checkRule(rule: SpecObject, problems: Problems): void {
  for (const from of objectsAt(rule, 'from')) checkSource(objectAt(from, 'source'), problems);
  for (const to of objectsAt(rule, 'to')) checkOperation(objectAt(to, 'operation'), problems);
  for (const condition of objectsAt(rule, 'when')) checkCondition(condition, problems);
}

const IDENTITIES = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'];
const ADDRESS_FIELDS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'];

function checkSource(source: SpecObject | undefined, problems: Problems): void {
  if (source === undefined || isBlank(source)) {
    problems.error('a rule has an empty source');
    return;
  }
  checkTexts(source, 'source', problems);
  const has = (field: string): boolean => listAt(source, field).length > 0;
  if (['serviceAccounts', 'notServiceAccounts'].some(has) && IDENTITIES.some(has)) {
    problems.error('a source has serviceAccounts beside namespaces or principals');
  }
  for (const field of ['serviceAccounts', 'notServiceAccounts']) {
    for (const name of textsAt(source, field).filter(Boolean)) problems.check(badServiceAccount(name));
  }
  const blocks = ADDRESS_FIELDS.flatMap((field) => textsAt(source, field));
  for (const block of blocks.filter((each) => !isAddress(each) && !isCidr(each))) {
    problems.error(`"${block}" of a source is no block of addresses`);
  }
}

function isBlank(part: SpecObject): boolean {
  return Object.keys(part).every((field) => listAt(part, field).length === 0);
}

function checkOperation(operation: SpecObject | undefined, problems: Problems): void {
  if (operation === undefined || isBlank(operation)) {
    problems.error('a rule has an empty operation');
    return;
  }
  checkTexts(operation, 'operation', problems);
  for (const port of [...listAt(operation, 'ports'), ...listAt(operation, 'notPorts')]) {
    // 0 is let through, and matches nothing.
    if (numberOf(port) !== 0) problems.check(badPort(numberOf(port)));
  }
  for (const path of [...textsAt(operation, 'paths'), ...textsAt(operation, 'notPaths')]) {
    problems.check(badPathTemplate(path));
  }
}

/** An empty text matches nobody. */
function checkTexts(part: SpecObject, what: string, problems: Problems): void {
  for (const field of Object.keys(part)) {
    if (listAt(part, field).includes('')) problems.error(`${what}.${field} has an empty value`);
  }
}

function checkCondition(condition: SpecObject, problems: Problems): void {
  const key = textAt(condition, 'key');
  const values = [...textsAt(condition, 'values'), ...textsAt(condition, 'notValues')];
  if (key === '') problems.error('a condition has no key');
  else problems.check(badConditionKey(key, values));
  if (values.length === 0) problems.error(`the condition ${key} has neither values nor notValues`);
}

const NOT_FOR_CUSTOM = [
  ...IDENTITIES,
  ...['serviceAccounts', 'notServiceAccounts', 'requestPrincipals', 'notRequestPrincipals'],
];

/** The provider is asked before anybody is identified. */
function checkCustomRule(rule: SpecObject, problems: Problems): void {
  for (const from of objectsAt(rule, 'from')) {
    const field = NOT_FOR_CUSTOM.find((each) => listAt(from, 'source', each).length > 0);
    if (field !== undefined) problems.error(`its action is CUSTOM, which cannot go by source.${field}`);
  }
  for (const condition of objectsAt(rule, 'when')) {
    const key = textAt(condition, 'key');
    if (/^(?:source\.(?:namespace|principal|serviceAccount)$|request\.auth\.)/.test(key)) {
      problems.error(`its action is CUSTOM, which cannot go by ${key}`);
    }
  }
}

/** What can be told of a connection that is not HTTP. */
const OF_CONNECTION = [...IDENTITIES, ...ADDRESS_FIELDS, 'serviceAccounts', 'notServiceAccounts'];

/** On a port that is not HTTP, a denial leaves out what only HTTP has, and then denies everybody. */
function checkDenial(rule: SpecObject, problems: Problems): void {
  const sources = objectsAt(rule, 'from').filter((from) => hasAt(from, 'source'));
  const operations = objectsAt(rule, 'to').filter((to) => hasAt(to, 'operation'));
  const has = (part: unknown, fields: readonly string[]): boolean =>
    fields.some((field) => listAt(part, field).length > 0);
  const isByPort = operations.some((to) => has(to['operation'], ['ports', 'notPorts']));
  const isByConnection = sources.some((from) => has(from['source'], OF_CONNECTION));
  const isByHttpAlone = operations.length > 0 ? !isByPort : sources.length > 0 && !isByConnection;
  if (isByHttpAlone) {
    problems.warning('it denies by what only HTTP has, and so everything to ports that are not HTTP; name the ports');
  }
}
