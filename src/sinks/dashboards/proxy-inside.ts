import { FAMILIES as DIFF } from '../../rungs/config-diff/families.ts';
import { FAMILIES as SYNC } from '../../rungs/config-synced/families.ts';
import { FAMILIES as LOGGING } from '../../rungs/proxy-logging/families.ts';
import type { Section } from './dashboard.ts';
import { orNone } from './known-zero.ts';
import { tableOf, timeseries } from './panel.ts';
import { PROXY as OWN, WORKLOAD } from './proxy-ladder.ts';
import { series } from './selector.ts';

/** What looks into a proxy and its own log lines tell. */
export const PROXY_INSIDE: readonly Section[] = [
  {
    title: 'Inside of it (where inspect.enabled is on)',
    panels: [
      tableOf({
        title: 'Differences from istiod',
        description:
          'Resources in which its Envoy differs from what istiod would send, as of the last look. Normal: 0 in each section. meshladder diff shows them.',
        runbooks: ['IstioConfigDiffers'],
        width: 12,
        height: 6,
        expr: `max by (proxy, section) (${series(DIFF.differences, OWN)})`,
        columns: [
          { label: 'proxy', title: 'Proxy' },
          { label: 'section', title: 'Section' },
          { label: 'Value', title: 'Resources' },
        ],
      }),
      tableOf({
        title: 'Loggers above their default',
        description:
          'What somebody turned on to look. Normal: empty. meshladder config log POD.NAMESPACE --level default puts them back.',
        runbooks: ['IstioVerboseLoggerLeftOn'],
        width: 12,
        height: 6,
        expr: `min by (proxy, logger, level) (${series(LOGGING.verboseSince, OWN)} * 1000)`,
        columns: [
          { label: 'proxy', title: 'Proxy' },
          { label: 'logger', title: 'Logger' },
          { label: 'level', title: 'Level' },
          { label: 'Value', title: 'Since', unit: 'dateTimeFromNow' },
        ],
      }),
      tableOf({
        title: 'Replicas of its workload that disagree',
        description: 'Distinct configurations among its replicas, which should hold the same. Normal: 1 everywhere.',
        runbooks: ['IstioReplicaConfigDrift'],
        height: 6,
        expr: `max by (workload_namespace, workload, section) (${series(DIFF.variants, WORKLOAD)})`,
        columns: [
          { label: 'workload', title: 'Workload' },
          { label: 'section', title: 'Section' },
          { label: 'Value', title: 'Variants' },
        ],
      }),
    ],
  },
  {
    title: 'What its workload logs',
    panels: [
      timeseries({
        title: 'Lost streams to istiod',
        description:
          'Lines of proxies that lost their istiod or do not find it. Normal: a few a day. A steady rate is a network that drops, or an istiod that is down.',
        unit: 'short',
        targets: orNone(
          `sum by (workload, reason) (increase(${series(SYNC.xdsStreamFailures, WORKLOAD)}[5m])) > 0`,
          '{{workload}} {{reason}}',
        ),
      }),
      timeseries({
        title: 'Lines of the proxies themselves, by level',
        description:
          'Normal: hardly any. Debug lines are logging that was left on; warnings come with lost streams and rejections.',
        unit: 'short',
        targets: [
          {
            expr: `sum by (workload, level) (rate(${series(LOGGING.logLines, WORKLOAD)}[$__rate_interval]))`,
            legend: '{{level}} of {{workload}}',
          },
        ],
        runbooks: ['IstioDebugLoggingLeftOn'],
      }),
    ],
  },
];
