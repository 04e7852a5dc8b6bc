import type { RequestField } from '../../model/described-request.ts';
import { firstOf } from '../wording.ts';
import { type Decision, type Step, titled } from './decision.ts';
import { type AuthorizationPolicy, type Clause, type Rule, ruleName } from './policy.ts';
import { attributeOf } from './rule-test.ts';

/** A policy may list hundreds. */
const MOST_VALUES = 5;

/**
 * What an answer hangs on that is not known, as `may be denied: rule 0 of shop/readers admits only the method GET`.
 * @param policies those that were asked
 */
export function undecidedWords({ steps, reason }: Decision, policies: readonly AuthorizationPolicy[]): string {
  const open = steps.filter(({ outcome, dryRun, action }) => outcome === 'unknown' && !dryRun && action !== 'AUDIT');
  // Where some rule allows it surely, what others might allow makes no difference.
  const isAllowed = steps.some(({ outcome, dryRun, action }) => action === 'ALLOW' && outcome === 'yes' && !dryRun);
  const decisive = open.filter(({ action }) => action === 'DENY' || (action === 'ALLOW' && !isAllowed));
  const [first] = decisive;
  if (first === undefined) return `cannot be told: ${reason}`;
  const more = decisive.length === 1 ? '' : `; and ${decisive.length - 1} more of such rules`;
  return `may be denied: ${stepWords(first, policies)}${more}`;
}

function stepWords(step: Step, policies: readonly AuthorizationPolicy[]): string {
  const { policyNamespace: namespace, policy: name, rule: index, action, needs, why } = step;
  const policy = policies.find((each) => each.namespace === namespace && each.name === name);
  const rule = policy?.rules.find((each) => each.index === index);
  if (rule === undefined) return `${titled(step)}: ${why}`;
  const asked = conditions(rule, needs);
  const words = asked.length === 0 ? `what ${ruleName({ namespace, name }, rule.index)} says` : asked.join(', and ');
  return `rule ${rule.index} of ${namespace}/${name} ${action === 'DENY' ? 'denies' : 'admits only'} ${words}`;
}

/** What a rule asks of these parts of a request; of several alternatives, each. */
function conditions(rule: Rule, needs: readonly RequestField[]): readonly string[] {
  const isOpen = ({ key }: Clause): boolean => {
    const attribute = attributeOf(key);
    return attribute !== undefined && 'need' in attribute && needs.includes(attribute.need);
  };
  const sides = [rule.from, rule.to].map((side) =>
    [...new Set(side.map((group) => group.filter(isOpen).map(clauseWords).join(' with ')))].filter(
      (words) => words !== '',
    ),
  );
  return [...sides.map((either) => either.join(' or ')), ...rule.when.filter(isOpen).map(clauseWords)].filter(
    (words) => words !== '',
  );
}

function clauseWords({ key, values, notValues }: Clause): string {
  const attribute = attributeOf(key);
  const label = attribute !== undefined && 'label' in attribute ? attribute.label : key;
  const wanted = values.length > 0 ? [firstOf(values, MOST_VALUES)] : [];
  const unwanted = notValues.length > 0 ? [`but ${firstOf(notValues, MOST_VALUES)}`] : [];
  return [label, ...wanted, ...unwanted].join(' ');
}
