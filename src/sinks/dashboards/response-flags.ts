import { FLAG_GROUPS } from '../../model/response-flag.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import type { Dashboard } from './dashboard.ts';
import { stat, tableOf, text, timeseries } from './panel.ts';
import { NAMESPACE, series } from './selector.ts';

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
        stat({
          title: 'Requests with failure flags',
          description:
            'Share of outbound requests with a flag that means a failure, over five minutes. Normal: below 1 %.',
          unit: 'percentunit',
          width: 6,
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
          unit: 'short',
          width: 6,
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
          targets: [
            {
              expr: `sum by (flag, direction) (rate(${series(FLAGS.responseFlags, 'flag=~"$flag"')}[$__rate_interval])) > 0`,
              legend: '{{flag}} {{direction}}',
            },
          ],
        }),
        tableOf({
          title: 'Where they come from and where they go, in 15 minutes',
          description: 'The most first. NR, NC and DPE have no destination: such a request never got that far.',
          expr: `sort_desc(round(sum by (flag, direction, proxy_namespace, workload, destination, subset, route) (increase(${series(FLAGS.responseFlags, 'flag=~"$flag"')}[15m]))) > 0)`,
          height: 10,
          columns: [
            { label: 'flag', title: 'Flag' },
            { label: 'direction', title: 'Direction' },
            { label: 'proxy_namespace', title: 'Namespace' },
            { label: 'workload', title: 'Logged by' },
            { label: 'destination', title: 'To' },
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
        text({
          title: 'What the flags mean',
          description: 'The decoder: the same words as meshladder decode.',
          height: 16,
          content: decoder(),
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
