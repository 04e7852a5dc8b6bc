import { type SpecObject, specField, specLabels, specObject, specText } from '../../model/spec-fields.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { ACTIONS, type Action, type AuthorizationPolicy, type Clause, type Rule, type TargetRef } from './policy.ts';

/** The key under which AuthorizationPolicies stand in `ClusterObjects.config`. */
export const AUTHORIZATION_POLICIES = 'authorizationpolicies.security.istio.io';

const DRY_RUN = 'istio.io/dry-run';
/** What Go's ParseBool takes for true. */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];

/** Field of `source` or `operation`, its negation, and the key of its clause. */
type Field = readonly [values: string, notValues: string, key: string];

const SOURCE_FIELDS: readonly Field[] = [
  ['principals', 'notPrincipals', 'source.principal'],
  ['requestPrincipals', 'notRequestPrincipals', 'request.auth.principal'],
  ['serviceAccounts', 'notServiceAccounts', 'source.serviceAccount'],
  ['namespaces', 'notNamespaces', 'source.namespace'],
  ['trustDomains', 'notTrustDomains', 'source.trustDomain'],
  ['remoteIpBlocks', 'notRemoteIpBlocks', 'remote.ip'],
  ['ipBlocks', 'notIpBlocks', 'source.ip'],
];
const OPERATION_FIELDS: readonly Field[] = [
  ['hosts', 'notHosts', 'request.host'],
  ['methods', 'notMethods', 'request.method'],
  ['paths', 'notPaths', 'request.path'],
  ['ports', 'notPorts', 'destination.port'],
];

/** Collects what is wrong; the first is told. */
type Blame = (problem: string) => void;

/** Reads a stored object of any shape. What no CRD would let in is told in `problem`, never thrown. */
export function readAuthorizationPolicy(object: ConfigObject): AuthorizationPolicy {
  const { namespace, name, annotations, spec } = object;
  let problem: string | undefined;
  const blame: Blame = (found) => {
    problem ??= found;
  };
  const selector = selectorOf(spec, blame);
  const policy = {
    namespace,
    name,
    action: actionOf(spec, blame),
    dryRun: TRUE.includes(specText(specField(annotations, DRY_RUN)) ?? ''),
    provider: specText(specField(specObject(specField(spec, 'provider')), 'name')) ?? '',
    targetRefs: targetRefsOf(spec, blame),
    rules: listOf(spec, 'rules', blame).flatMap((rule, index) => ruleOf(rule, index, blame)),
    ...(selector !== undefined && { selector }),
  };
  return problem === undefined ? policy : { ...policy, problem };
}

function actionOf(spec: SpecObject, blame: Blame): Action {
  const written = specField(spec, 'action') ?? 'ALLOW';
  const action = ACTIONS.find((each) => each === written);
  if (action === undefined) blame(`action ${brief(written)} is none of ${ACTIONS.join(', ')}`);
  return action ?? 'ALLOW';
}

function selectorOf(spec: SpecObject, blame: Blame): AuthorizationPolicy['selector'] {
  const written = specField(spec, 'selector') ?? undefined;
  if (written === undefined) return undefined;
  const selector = specObject(written);
  const matchLabels = specField(selector, 'matchLabels') ?? {};
  const labels = specLabels(matchLabels);
  if (selector === undefined || labels === undefined) blame('selector.matchLabels is no map of texts');
  return labels ?? {};
}

/** `targetRef` is the older form of one alone. */
function targetRefsOf(spec: SpecObject, blame: Blame): readonly TargetRef[] {
  const listed = listOf(spec, 'targetRefs', blame);
  const single = specField(spec, 'targetRef') ?? undefined;
  const all = listed.length === 0 && single !== undefined ? [single] : listed;
  return all.flatMap((each) => {
    const ref = specObject(each);
    if (ref === undefined) blame('a targetRef is no object');
    const field = (name: string): string => specText(specField(ref, name)) ?? '';
    return [{ group: field('group'), kind: field('kind'), name: field('name'), namespace: field('namespace') }];
  });
}

/** A null rule is skipped by istiod, and its number with it. */
function ruleOf(value: unknown, index: number, blame: Blame): Rule[] {
  if (value === null) return [];
  const rule = specObject(value);
  if (rule === undefined) {
    blame(`rules[${index}] is no object`);
    return [];
  }
  return [
    {
      index,
      from: listOf(rule, 'from', blame).map((entry) => fieldsOf(entry, 'source', SOURCE_FIELDS, blame)),
      to: listOf(rule, 'to', blame).map((entry) => fieldsOf(entry, 'operation', OPERATION_FIELDS, blame)),
      when: listOf(rule, 'when', blame).map((condition) => whenOf(condition, blame)),
    },
  ];
}

function fieldsOf(entry: unknown, part: string, fields: readonly Field[], blame: Blame): readonly Clause[] {
  const outer = specObject(entry);
  const object = specObject(specField(outer, part) ?? {});
  if (outer === undefined || object === undefined) blame(`${part} is no object`);
  return fields.flatMap(([values, notValues, key]) => {
    const clause = { key, values: textsOf(object, values, blame), notValues: textsOf(object, notValues, blame) };
    return clause.values.length + clause.notValues.length === 0 ? [] : [clause];
  });
}

/** Istio refuses a condition without any value where it validates, and lets it ask nothing where it does not. */
function whenOf(value: unknown, blame: Blame): Clause {
  const condition = specObject(value);
  const key = specText(specField(condition, 'key'));
  if (key === undefined || key === '') blame('a when condition has no key');
  return {
    key: key ?? '',
    values: textsOf(condition, 'values', blame),
    notValues: textsOf(condition, 'notValues', blame),
  };
}

function textsOf(object: SpecObject | undefined, name: string, blame: Blame): readonly string[] {
  return listOf(object, name, blame).flatMap((item) => {
    if (typeof item !== 'string') blame(`${name} has the value ${brief(item)}, which is no text`);
    return typeof item === 'string' ? [item] : [];
  });
}

function listOf(object: SpecObject | undefined, name: string, blame: Blame): readonly unknown[] {
  const value = specField(object, name) ?? [];
  if (!Array.isArray(value)) blame(`${name} is no list`);
  return Array.isArray(value) ? value : [];
}

/** Enough of a value to find it again. */
function brief(value: unknown): string {
  const text = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
