import type { DescribedRequest } from '../../model/described-request.ts';
import { firstOf } from '../wording.ts';
import type { Attribute, RequestTest, ValueContext } from './attribute.ts';
import { type Answer, allOf, any, anyOf, not, type Outcome } from './outcome.ts';
import { PEER_ATTRIBUTES } from './peer-attributes.ts';
import type { Action, Clause, Rule } from './policy.ts';
import { bracketAttribute, REQUEST_ATTRIBUTES } from './request-attributes.ts';

export interface RuleSetting extends ValueContext {
  readonly action: Action;
  /** What the proxy can read on this port, beside what every connection has. */
  readonly reads: 'http' | 'tcp' | 'ztunnel';
}

const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map(
  Object.entries({ ...PEER_ATTRIBUTES, ...REQUEST_ATTRIBUTES }),
);
/** A ztunnel knows neither headers nor what TLS said (Istio ambient authorization conversion). */
const NOT_IN_ZTUNNEL = ['remote.ip', 'connection.sni', 'source.trustDomain'];

/**
 * Whether a rule matches a request, as istiod hands it to the proxy. What cannot be used there (HTTP conditions on a TCP
 * port, an address that is none) takes an ALLOW rule out whole, and falls out of the rules of other actions, which then
 * match more (Istio pilot/pkg/security/authz/model).
 */
export function testRule(rule: Rule, setting: RuleSetting, request: DescribedRequest): Answer {
  const clauses = [...rule.from.flat(), ...rule.to.flat(), ...rule.when];
  const unknownKey = clauses.find(({ key }) => attributeOf(key) === undefined);
  if (unknownKey !== undefined) return leftOut(`Istio skips the rule: nothing is called ${unknownKey.key}`);
  const useless = setting.action === 'ALLOW' ? firstProblem(clauses, setting) : undefined;
  if (useless !== undefined) return leftOut(`istiod leaves the rule out: ${useless}`);
  const test = (group: readonly Clause[]): Answer =>
    allOf(
      group.map((each) => testClause(each, setting, request)),
      '',
    );
  const sides = [rule.from, rule.to].filter((side) => side.length > 0).map((side) => anyOf(side.map(test)));
  const answer = allOf([...sides, ...rule.when.map((each) => testClause(each, setting, request))], '');
  return answer.why === '' ? { ...answer, why: 'the rule asks nothing, so every request matches' } : answer;
}

function leftOut(why: string): Answer {
  return { outcome: 'no', why, needs: [] };
}

type Found = Attribute | { readonly problem: string };

/** What a clause looks at; undefined for what nothing is called. */
export function attributeOf(key: string): Found | undefined {
  return ATTRIBUTES.get(key) ?? bracketAttribute(key);
}

/** The test of one value, or why istiod cannot make one. */
function testOf(key: string, value: string, setting: RuleSetting): RequestTest | { readonly problem: string } {
  const attribute = attributeOf(key);
  if (attribute === undefined || 'problem' in attribute) return attribute ?? { problem: `nothing is called ${key}` };
  const { reads } = setting;
  if (reads !== 'http' && attribute.httpOnly) return { problem: `${attribute.label} is HTTP only, and this is TCP` };
  if (reads === 'ztunnel' && NOT_IN_ZTUNNEL.includes(key))
    return { problem: `a ztunnel does not know ${attribute.label}` };
  return attribute.test(value, setting);
}

function firstProblem(clauses: readonly Clause[], setting: RuleSetting): string | undefined {
  for (const { key, values, notValues } of clauses) {
    for (const value of [...values, ...notValues]) {
      const test = testOf(key, value, setting);
      if (typeof test !== 'function') return test.problem;
    }
  }
  return undefined;
}

function testClause(clause: Clause, setting: RuleSetting, request: DescribedRequest): Answer {
  const { values, notValues } = clause;
  return allOf(
    [
      ...(values.length > 0 ? [testValues(clause, 'values', setting, request)] : []),
      ...(notValues.length > 0 ? [testValues(clause, 'notValues', setting, request)] : []),
    ],
    '',
  );
}

/** Values that cannot be used are left out; with none left, the condition is. */
function testValues(
  clause: Clause,
  side: 'values' | 'notValues',
  setting: RuleSetting,
  request: DescribedRequest,
): Answer {
  const { key } = clause;
  const values = clause[side];
  const tests = values.map((value) => testOf(key, value, setting)).filter((test) => typeof test === 'function');
  const attribute = attributeOf(key);
  if (attribute === undefined || 'problem' in attribute || tests.length === 0) {
    return { outcome: 'yes', why: `istiod drops a condition: ${firstProblem([clause], setting)}`, needs: [] };
  }
  const among = any(tests.map((test) => test(request)));
  const outcome = side === 'values' ? among : not(among);
  const why = reason(attribute, among, listed(values), attribute.shown(request));
  return { outcome, why, needs: outcome === 'unknown' ? [attribute.need] : [] };
}

function reason({ label }: Attribute, among: Outcome, wanted: Wanted, shown: string | null | undefined): string {
  if (shown === undefined) return `${label} is not known, and decides here: does it match ${wanted.list}?`;
  if (shown === null) return `${label} is missing, so it ${wanted.matchesNot}`;
  const subject = `${label} ${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown}`;
  if (among === 'unknown') return `${subject}: it cannot be told whether this matches ${wanted.list}`;
  return `${subject} ${among === 'yes' ? `matches ${wanted.list}` : wanted.matchesNot}`;
}

/** What a policy wants, in words. */
interface Wanted {
  readonly list: string;
  readonly matchesNot: string;
}

const MOST_VALUES = 5;

function listed(values: readonly string[]): Wanted {
  const list = firstOf(values, MOST_VALUES);
  if (values.length === 1) return { list, matchesNot: `does not match ${list}` };
  return { list: `one of ${list}`, matchesNot: `matches none of ${list}` };
}
