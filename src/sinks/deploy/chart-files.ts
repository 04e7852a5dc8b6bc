import { configJsonSchema } from '../../config/json-schema.ts';
import { type NamedRuleGroup, ruleFiles } from '../alerts/rule-files.ts';
import { dashboardFile } from '../dashboards/dashboard.ts';
import { DASHBOARDS } from '../dashboards/dashboards.ts';
import type { GeneratedPage } from '../docs/document.ts';
import { type ChartNeeds, permissionsFile } from './permissions-file.ts';
import { ruleObject } from './rule-object.ts';
import { chartValues } from './values/chart-values.ts';
import { valuesFile } from './values-file.ts';
import { valuesReadme } from './values-readme.ts';
import { valuesSchemaFile } from './values-schema.ts';

/** Where the chart keeps what its templates read; everything in there is generated. */
export const CHART_FILES = 'deploy/chart/files';

/** Stands before the name of an alert in the chart's own files; its templates put the address of the release there. */
const RUNBOOK_PLACE = 'RUNBOOK_BASE/';

/** The role belongs to the kind of pod, so the chart decides it. */
const DECIDED = ['role'];

/**
 * Everything in the chart that the program knows by itself, since a chart can read only what lies inside it; and the one
 * object beside the chart that changes with every rule.
 */
export function chartFiles(groups: readonly NamedRuleGroup[], needs: readonly ChartNeeds[]): readonly GeneratedPage[] {
  const values = chartValues();
  return [
    valuesFile(values),
    valuesReadme(values),
    valuesSchemaFile(values, configJsonSchema(DECIDED)),
    permissionsFile(needs),
    ...ruleFiles(groups, RUNBOOK_PLACE).map(inChart),
    ...DASHBOARDS.map(dashboardFile).map(inChart),
    ruleObject(groups),
  ];
}

function inChart({ path, text }: GeneratedPage): GeneratedPage {
  return { path: `${CHART_FILES}/${path}`, text };
}
