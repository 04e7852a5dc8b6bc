import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

/** Alerts of rung 10: what was turned on to look, and not off again. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioDebugLoggingLeftOn',
      severity: 'warning',
      thresholds: {
        linesPerSecond: {
          value: 1,
          unit: 'count',
          why: 'At its usual level a proxy writes a few lines an hour; debug writes dozens for each request.',
        },
      },
      expr: ({ linesPerSecond }) =>
        `sum by (mesh_cluster, proxy_namespace, workload) (rate(${FAMILIES.logLines.name}{level=~"debug|trace"}[10m])) > ${linesPerSecond}`,
      for: '30m',
      summary: 'Proxies have written debug lines for half an hour.',
      description:
        'The proxies of {{ $labels.workload }}.{{ $labels.proxy_namespace }} write {{ $value | humanize }} debug lines a second. meshladder config log POD.NAMESPACE --level default puts their loggers back.',
    }),
    defineAlert({
      name: 'IstioVerboseLoggerLeftOn',
      severity: 'info',
      thresholds: {
        seconds: {
          value: 3600,
          unit: 'seconds',
          why: 'Whoever looks at debug lines has seen what there is to see within an hour.',
        },
      },
      expr: ({ seconds }) =>
        `time() - min by (mesh_cluster, proxy_namespace, proxy, logger, level) (${lastSeen(`${FAMILIES.verboseSince.name}{level=~"debug|trace"}`, 'envoy')}) > ${seconds}`,
      for: '5m',
      summary: 'A logger of a proxy has written debug lines for over an hour.',
      description:
        'Logger {{ $labels.logger }} of {{ $labels.proxy }}.{{ $labels.proxy_namespace }} has been at {{ $labels.level }} for {{ $value | humanizeDuration }}, or longer. meshladder config log POD.NAMESPACE --level default puts it back.',
    }),
  ],
};
