import { type NamedRuleGroup, ruleFiles } from '../alerts/rule-files.ts';
import type { GeneratedPage } from '../docs/document.ts';

/** Nothing else is in it. */
export const COMPOSE_RULES = 'deploy/compose/alerts';

/** Where a browser on the machine of deploy/compose reaches the exporter: the name of a cluster's Service is unknown there. */
const RUNBOOK_BASE = 'http://localhost:19012/runbooks/';

/** The rule files once more, for deploy/compose: what differs are links to runbooks. */
export function composeRules(groups: readonly NamedRuleGroup[]): GeneratedPage[] {
  return ruleFiles(groups, RUNBOOK_BASE).map(({ path, text }) => ({ path: `deploy/compose/${path}`, text }));
}
