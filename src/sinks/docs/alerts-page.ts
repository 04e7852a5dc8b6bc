import type { AlertSpec, RecordingSpec, Threshold } from '../../rungs/alert.ts';
import type { NamedRuleGroup } from '../alerts/rule-files.ts';
import { type GeneratedPage, page, table } from './document.ts';

/** Every alert with its numbers and their reasons, and every recording, by the group that declares them. */
export function alertsPage(groups: readonly NamedRuleGroup[]): GeneratedPage {
  return page('docs/alerts.md', 'Alerts', [
    'Every alert of `alerts/*.yaml`, by the rung of the ladder that declares it. Each has a runbook in `alerts/runbooks`, which the exporter serves at `/runbooks/<Alert>`.',
    ...groups.flatMap(({ id, rules }) => [
      `## ${id}`,
      ...rules.alerts.flatMap(alertParts),
      ...(rules.recordings.length === 0 ? [] : [recordingTable(rules.recordings)]),
    ]),
  ]);
}

function alertParts(alert: AlertSpec): readonly string[] {
  const thresholds = Object.entries(alert.thresholds);
  const { name, severity, summary } = alert;
  return [
    `### ${name}`,
    `${summary} Severity ${severity}, after ${alert.for}. [Runbook](../alerts/runbooks/${name}.md)`,
    ...(thresholds.length === 0 ? [] : [thresholdTable(thresholds)]),
  ];
}

function thresholdTable(thresholds: readonly (readonly [string, Threshold])[]): string {
  return table(
    ['Threshold', 'Default', 'Why'],
    thresholds.map(([name, { value, unit, why }]) => [`\`${name}\``, `${value} ${unit}`, why]),
  );
}

function recordingTable(recordings: readonly RecordingSpec[]): string {
  return table(
    ['Recording', 'Meaning'],
    recordings.map(({ record, about }) => [`\`${record}\``, about]),
  );
}
