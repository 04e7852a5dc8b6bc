import type { Rung } from '../../rungs/rung.ts';
import { EXPORTER_RULES } from './exporter-rules.ts';
import type { NamedRuleGroup } from './rule-files.ts';

/** The groups of all rungs, lowest first, and that of the exporter itself. */
export function ruleGroups(ladder: readonly Rung[]): readonly NamedRuleGroup[] {
  const ofRungs = ladder.flatMap(({ id, rules }) => (rules === undefined ? [] : [{ id, rules }]));
  return [...ofRungs, { id: 'exporter', rules: EXPORTER_RULES }];
}
