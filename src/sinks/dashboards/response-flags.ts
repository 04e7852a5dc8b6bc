import { FLAG_GROUPS } from '../../model/response-flag.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import type { Dashboard } from './dashboard.ts';
import { FLAG_COLOURS, SPIKE_RUNBOOKS } from './flag-panels.ts';
import { AGE, orNone } from './known-zero.ts';
import { DECODER_LINK, NAMESPACE_LINK, ROUTES_LINK } from './links.ts';
import { stat, tableOf, text, timeseries } from './panel.ts';
import { NAMESPACE, series } from './selector.ts';

const CHOSEN = series(FLAGS.responseFlags, 'flag=~"$flag"');

/** The same lines, by each of what tells them apart. */
const BY = [
  {
    label: 'workload',
    title: 'By who logged it',
    description: 'Lines a second; the worst ten. One workload alone: look at that proxy. All: look at what they call.',
  },
  {
    label: 'destination',
    title: 'By destination',
    description:
      'Lines a second; the worst ten. A request that found no route (NR) or no cluster (NC) has no destination.',
  },
  {
    label: 'route',
    title: 'By route',
    description:
      'Lines a second, by the name of the route in Envoy; the worst ten. One route alone: look at its VirtualService.',
  },
] as const;

/** Which flags, from whom, to whom, and what do they mean? */
export const FLAGS_DASHBOARD: Dashboard = {
  uid: 'meshladder-flags',
  title: 'meshladder / 4 Response flags',
  description: 'What sidecars log of requests that went wrong, with the meaning of each flag beside it.',
  variables: [
    NAMESPACE,
    {
      name: 'flag',
      label: 'Flag',
      query: 'label_values(meshladder_response_flags_total{job=~"$job",mesh_cluster=~"$mesh_cluster"}, flag)',
    },
  ],
  sections: [
    {
      title: 'How many',
      panels: [
        AGE,
        stat({
          title: 'Requests with failure flags',
          description:
            'Share of outbound requests with a flag that means a failure, over five minutes. Normal: below 1 %.',
          runbooks: ['IstioFlagBudgetBurn'],
          unit: 'percentunit',
          width: 10,
          steps: [
            [null, 'good'],
            [0.01, 'warning'],
            [0.05, 'bad'],
          ],
          expr: `sum(increase(${series(FLAGS.flaggedRequests, 'direction="outbound"')}[5m])) / sum(increase(${series(FLAGS.requests, 'direction="outbound"')}[5m]))`,
        }),
        stat({
          title: 'Proxies whose log is off or filtered',
          description:
            'What they do not write is not seen here. Normal: 0. Set accessLogFile in the mesh configuration, or a Telemetry.',
          runbooks: ['IstioAccessLoggingOff'],
          unit: 'short',
          width: 10,
          steps: [
            [null, 'good'],
            [1, 'warning'],
          ],
          expr: `sum(max by (mesh_cluster, proxy_namespace, mode) (${series(FLAGS.accessLogging, 'mode=~"off|filtered"')}))`,
        }),
        timeseries({
          title: 'Flags a second',
          description:
            'How often each flag is logged. One request through two sidecars may be two lines: look at one direction at a time.',
          unit: 'short',
          height: 14,
          runbooks: SPIKE_RUNBOOKS,
          targets: orNone(`sum by (flag, direction) (rate(${CHOSEN}[$__rate_interval])) > 0`, '{{flag}} {{direction}}'),
          colours: FLAG_COLOURS,
        }),
        text({
          title: 'What the flags mean',
          description: 'The decoder: the same words as meshladder decode.',
          width: 12,
          height: 14,
          content: decoder(),
        }),
        ...BY.map(({ label, title, description }) =>
          timeseries({
            title,
            description,
            unit: 'short',
            width: 8,
            targets: orNone(
              `topk(10, sum by (flag, ${label}) (rate(${CHOSEN}[$__rate_interval])) > 0)`,
              `{{flag}} {{${label}}}`,
            ),
            colours: FLAG_COLOURS,
          }),
        ),
        tableOf({
          title: 'Where they come from and where they go, in 15 minutes',
          description: 'The most first. NR, NC and DPE have no destination: such a request never got that far.',
          expr: `sort_desc(round(sum by (flag, direction, proxy_namespace, workload, destination, subset, route) (increase(${CHOSEN}[15m]))) > 0)`,
          height: 10,
          columns: [
            { label: 'flag', title: 'Flag', links: [DECODER_LINK] },
            { label: 'direction', title: 'Direction' },
            { label: 'proxy_namespace', title: 'Namespace', links: [NAMESPACE_LINK] },
            { label: 'workload', title: 'Logged by' },
            { label: 'destination', title: 'To', links: [ROUTES_LINK] },
            { label: 'subset', title: 'Subset' },
            { label: 'route', title: 'Route' },
            { label: 'Value', title: 'Lines' },
          ],
        }),
      ],
    },
    {
      title: 'Why',
      panels: [
        tableOf({
          title: 'Details of responses, in 15 minutes',
          description:
            'The class of response_code_details or of the transport failure: it tells a refused connection from a failed handshake, and a policy from the application.',
          expr: `sort_desc(round(sum by (details, direction, workload, destination) (increase(${series(FLAGS.responseDetails)}[15m]))) > 0)`,
          columns: [
            { label: 'details', title: 'Details' },
            { label: 'direction', title: 'Direction' },
            { label: 'workload', title: 'Logged by' },
            { label: 'destination', title: 'To' },
            { label: 'Value', title: 'Lines' },
          ],
        }),
      ],
    },
  ],
};

function decoder(): string {
  return FLAG_GROUPS.flatMap(({ title, flags }) => [
    `### ${title}`,
    '',
    '| Flag | Meaning | Check first |',
    '| --- | --- | --- |',
    ...flags.map(({ name, meaning, checks }) => `| **${name}** | ${cell(meaning)} | ${cell(checks[0] ?? '')} |`),
    '',
  ]).join('\n');
}

function cell(words: string): string {
  return words.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
