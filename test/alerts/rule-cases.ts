import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { AlertSpec } from '../../src/rungs/alert.ts';
import type { NamedRuleGroup } from '../../src/sinks/alerts/rule-files.ts';
import { type Kind, metricsOf } from './case-kinds.ts';
import { scrapesMissed } from './missed-scrapes.ts';

/** What a case asks of one alert at one time. */
interface Asked {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts?: readonly unknown[];
}

/** One test of a file for `promtool test rules`. */
export interface RuleCase {
  /** Of the file that it stands in, as `mtls.yaml`. */
  readonly file: string;
  readonly name: string;
  readonly input_series?: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test?: readonly Asked[];
}

export const CASES_FOLDER = 'alerts/tests';
export const CASE_FILES: readonly string[] = readdirSync(CASES_FOLDER).filter((name) => name.endsWith('.yaml'));

export const CASES: readonly RuleCase[] = CASE_FILES.flatMap((file) => {
  const { tests } = parse(readFileSync(join(CASES_FOLDER, file), 'utf8')) as {
    tests: readonly Omit<RuleCase, 'file'>[];
  };
  return tests.map((each) => ({ ...each, file }));
});

/** What a case says that it proves, by the first words of its name. */
export function kindsOf({ name }: RuleCase): readonly string[] {
  return name.includes(':') ? name.slice(0, name.indexOf(':')).split(', ') : [];
}

/** Whether a case proves of an alert what its name says. An alert that is not asked for, or that nothing is said to, proves nothing. */
export function proves(kind: Kind, { input_series = [], alert_rule_test = [] }: RuleCase, of: AlertIn): boolean {
  const asked = alert_rule_test.filter(({ alertname }) => alertname === of.alert.name);
  const fires = asked.some(({ exp_alerts = [] }) => exp_alerts.length > 0);
  if (asked.length === 0) return false;
  if (kind === 'fires') return fires;
  const metrics = metricsOf(of.alert, of.group);
  if (!input_series.some(({ series }) => metrics.has(/^[\w:]+/.exec(series)?.[0] ?? ''))) return false;
  if (kind === 'restart') return scrapesMissed(input_series).length > 0;
  if (kind === 'missed scrape') return !fires && scrapesMissed(input_series).length === 1;
  return !fires;
}

/** An alert, and the group whose recordings it reads. */
export interface AlertIn {
  readonly alert: AlertSpec;
  readonly group: NamedRuleGroup;
}
