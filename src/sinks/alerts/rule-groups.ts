import type { Rung } from '../../rungs/rung.ts';
import { EXPORTER_RULES } from './exporter-rules.ts';
import { ISTIO_METRICS_ABOUT, ISTIO_METRICS_RULES } from './istio-metrics-rules.ts';
import type { NamedRuleGroup } from './rule-files.ts';

/** The groups of all rungs, lowest first, the optional one that reads Istio's own metrics, and that of the exporter itself. */
export function ruleGroups(ladder: readonly Rung[]): readonly NamedRuleGroup[] {
  const ofRungs = ladder.flatMap(({ id, rules }) => (rules === undefined ? [] : [{ id, rules }]));
  return [
    ...ofRungs,
    { id: 'istio-metrics', rules: ISTIO_METRICS_RULES, about: ISTIO_METRICS_ABOUT },
    { id: 'exporter', rules: EXPORTER_RULES },
  ];
}
