import type { AlertSpec } from '../../src/rungs/alert.ts';
import type { Rung } from '../../src/rungs/rung.ts';
import { ruleFiles } from '../../src/sinks/alerts/rule-files.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The rules as they are shipped, with every duration so many times as short: ranges, offsets, `for`, and thresholds in
 * seconds.
 * @returns the text of each file
 */
export function scaledRules(ladder: readonly Rung[], factor: number): readonly string[] {
  const groups = ruleGroups(ladder).map(({ id, rules }) => ({
    id,
    rules: { ...rules, alerts: rules.alerts.map((alert) => scaledAlert(alert, factor)) },
  }));
  return ruleFiles(groups).map(({ text }) => scaledDurations(text, factor));
}

function scaledAlert(alert: AlertSpec, factor: number): AlertSpec {
  const thresholds = Object.entries(alert.thresholds).map(([name, threshold]) => {
    const value = threshold.unit === 'seconds' ? threshold.value / factor : threshold.value;
    return [name, { ...threshold, value }] as const;
  });
  return { ...alert, thresholds: Object.fromEntries(thresholds) };
}

function scaledDurations(text: string, factor: number): string {
  const shorter = (amount: string, unit: string): string =>
    `${Math.max(1, Math.round((Number(amount) * (SECONDS[unit] ?? 1)) / factor))}s`;
  return text
    .replaceAll(/\[(\d+)([smhd])\]/g, (_, amount: string, unit: string) => `[${shorter(amount, unit)}]`)
    .replaceAll(/\boffset (\d+)([smhd])\b/g, (_, amount: string, unit: string) => `offset ${shorter(amount, unit)}`)
    .replaceAll(
      /^( *(?:for|keep_firing_for): )(\d+)([smhd])$/gm,
      (_, key: string, amount: string, unit: string) => key + shorter(amount, unit),
    );
}
