import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AlertSpec, Threshold } from '../../src/rungs/alert.ts';
import { LADDER } from '../../src/rungs/index.ts';
import type { Rung } from '../../src/rungs/rung.ts';
import { ruleFiles } from '../../src/sinks/alerts/rule-files.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Thresholds that count lines of logs in a range: fewer come in a shorter one. */
const COUNTS_OF_LINES: ReadonlySet<string> = new Set(['denials', 'expected', 'lines', 'requests']);

export interface Scale {
  /** Every duration is so many times as short. */
  readonly factor: number;
  /** So many times as fast as in real time, lines are written. */
  readonly traffic: number;
}

/** The rules of the whole ladder, scaled, in files for the time of a test. @returns their paths */
export function scaledRuleFiles(context: TestContext, scale: Scale): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-rules-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return scaledRules(LADDER, scale).map((text, nth) => {
    const file = join(folder, `rules-${nth}.yaml`);
    writeFileSync(file, text);
    return file;
  });
}

/**
 * The rules as they are shipped, in a time that runs faster: ranges, offsets, `for`, thresholds in seconds, and those
 * that count lines.
 * @returns the text of each file
 */
function scaledRules(ladder: readonly Rung[], { factor, traffic }: Scale): readonly string[] {
  const divisor = ([name, { unit }]: readonly [string, Threshold]): number => {
    if (unit === 'seconds') return factor;
    return unit === 'count' && COUNTS_OF_LINES.has(name) ? factor / traffic : 1;
  };
  const scaled = (alert: AlertSpec): AlertSpec => ({
    ...alert,
    thresholds: Object.fromEntries(
      Object.entries(alert.thresholds).map((entry) => [
        entry[0],
        { ...entry[1], value: entry[1].value / divisor(entry) },
      ]),
    ),
  });
  const groups = ruleGroups(ladder).map(({ id, rules }) => ({
    id,
    rules: { ...rules, alerts: rules.alerts.map(scaled) },
  }));
  return ruleFiles(groups).map(({ text }) => scaledDurations(text, factor));
}

function scaledDurations(text: string, factor: number): string {
  const shorter = (amount: string, unit: string): string =>
    `${Math.max(1, Math.round((Number(amount) * (SECONDS[unit] ?? 1)) / factor))}s`;
  return text
    .replaceAll(/(?<=\[|\[\d+[smhd]:)(\d+)([smhd])(?=[:\]])/g, (_, amount: string, unit: string) =>
      shorter(amount, unit),
    )
    .replaceAll(/\boffset (\d+)([smhd])\b/g, (_, amount: string, unit: string) => `offset ${shorter(amount, unit)}`)
    .replaceAll(
      /^( *(?:for|keep_firing_for): )(\d+)([smhd])$/gm,
      (_, key: string, amount: string, unit: string) => key + shorter(amount, unit),
    );
}
