import type { AlertSpec, RecordingSpec, Threshold } from '../../rungs/alert.ts';
import { type NamedRuleGroup, RUNBOOK_BASE } from '../alerts/rule-files.ts';
import { type GeneratedPage, page, table } from './document.ts';

/** Every alert with its numbers and their reasons, and every recording, by the group that declares them. */
export function alertsPage(groups: readonly NamedRuleGroup[]): GeneratedPage {
  return page('docs/alerts.md', 'Alerts', [
    'Every alert of `alerts/*.yaml`, by the rung of the ladder that declares it. Each has a runbook in `alerts/runbooks`, which the exporter serves at `/runbooks/<Alert>`.',
    ...HOW_TO_LOAD,
    ...groups.flatMap(({ id, rules, about }) => [
      `## ${id}`,
      ...(about === undefined ? [] : [about]),
      ...rules.alerts.flatMap(alertParts),
      ...(rules.recordings.length === 0 ? [] : [recordingTable(rules.recordings)]),
    ]),
  ]);
}

const HOW_TO_LOAD: readonly string[] = [
  '## How to load them',
  'Name the files to Prometheus. `alerts/*.yaml` would be one too many: `alertmanager.example.yaml` beside them is for the Alertmanager ' +
    '(it makes one page of one cause, and lets no ticket mute a page), and Prometheus does not start with it. These two are every rule file:',
  '```yaml\nrule_files:\n  - alerts/[^a]*.yaml\n  - alerts/a[^l]*.yaml\n```',
  'Each file is one group, and its recordings stand in it before the alerts that read them. The Helm chart makes a PrometheusRule of ' +
    'them; `prometheusRule.disabledGroups` leaves groups out by the names below.',
  `Links to runbooks begin with \`${RUNBOOK_BASE}\`: the exporter itself serves them, without the internet. This base is one word, the same in every link, and stands nowhere else in the files. To have another, make the files with \`meshladder generate --runbook-base https://runbooks.example.com/mesh/\`, or set \`prometheusRule.runbookBase\` of the chart. No rule is edited by hand.`,
  'What an alert asks for in minutes and shares is below, each number with its reason. Every alert has cases in `alerts/tests` for ' +
    '`promtool test rules`: one in which it fires; ones in which it does not, in a rollout, a push in flight, a missed scrape and low ' +
    'traffic, where these can happen to it; and one in which the exporter restarts.',
];

function alertParts(alert: AlertSpec): readonly string[] {
  const thresholds = Object.entries(alert.thresholds);
  const { name, severity, summary, keepFiringFor, runbook = name } = alert;
  const kept = keepFiringFor === undefined ? '' : `, and for ${keepFiringFor} more once it is over`;
  return [
    `### ${name}`,
    `${summary} Severity ${severity}, after ${alert.for}${kept}. [Runbook](../alerts/runbooks/${runbook}.md)`,
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
