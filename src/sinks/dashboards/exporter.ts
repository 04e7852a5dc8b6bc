import { FAMILIES as CONTROL } from '../../rungs/control-plane/families.ts';
import { FAMILIES as FLAGS } from '../../rungs/response-flags/families.ts';
import { SELF_FAMILIES } from '../metrics/self-families.ts';
import type { Dashboard } from './dashboard.ts';
import { EXPORTER_ITSELF } from './exporter-itself.ts';
import { AGE, orNone } from './known-zero.ts';
import { stat, tableOf, timeseries, toldApart } from './panel.ts';
import { series } from './selector.ts';

/** Can the istiods be seen, and can the exporter be relied on? */
export const EXPORTER_DASHBOARD: Dashboard = {
  uid: 'meshladder-exporter',
  title: 'meshladder / 7 Control plane and exporter',
  description: 'Whether every istiod answers, and whether what the other dashboards show is whole and fresh.',
  variables: [],
  sections: [
    {
      title: 'Istiods',
      panels: [
        tableOf({
          title: 'How each istiod answered last',
          description: 'ok is normal. denied: it runs, and does not let us look. Others: it cannot be reached.',
          runbooks: ['IstiodUnreachable', 'IstiodDebugAccessDenied'],
          width: 12,
          expr: `max by (istiod, revision, state) (${series(CONTROL.istiodPollState)}) == 1`,
          columns: [
            { label: 'istiod', title: 'Istiod' },
            { label: 'revision', title: 'Revision' },
            { label: 'state', title: 'State' },
          ],
        }),
        tableOf({
          title: 'Istiods, their versions and how they are asked',
          description: 'Every istiod that was found. None: no istiod pod is there, or none may be listed.',
          runbooks: ['IstioVersionSkew'],
          width: 12,
          expr: `max by (mesh_cluster, istiod, revision, istio_version, access) (${series(CONTROL.istiodInfo)})`,
          columns: [
            { label: 'mesh_cluster', title: 'Mesh' },
            { label: 'istiod', title: 'Istiod' },
            { label: 'revision', title: 'Revision' },
            { label: 'istio_version', title: 'Version' },
            { label: 'access', title: 'Asked by' },
          ],
        }),
        timeseries({
          title: 'Istiods found',
          description: 'How many istiod pods there are. A fall to 0 is an outage: nothing reaches any proxy.',
          runbooks: ['IstiodUnreachable', 'IstiodReplicaUnreachable'],
          unit: 'short',
          targets: [{ expr: `max by (mesh_cluster) (${series(CONTROL.istiods)})`, legend: '{{mesh_cluster}}' }],
        }),
        timeseries({
          title: 'Proxies connected to each istiod',
          description:
            'A step from one to the other is a restart. Istiods that share their load unevenly are usual after one.',
          unit: 'short',
          targets: [
            {
              expr: `sum by (istiod) (max by (istiod, revision, state) (${series(CONTROL.istiodProxies)}))`,
              legend: '{{istiod}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Sources of the exporter',
      panels: [
        AGE,
        stat({
          title: 'Sources that are down',
          description: 'What a source feeds is absent from every dashboard while it is down. Normal: 0.',
          runbooks: ['MeshladderSourceStale'],
          unit: 'short',
          steps: [
            [null, 'good'],
            [1, 'bad'],
          ],
          expr: `count(${series(CONTROL.sourceUp)} == 0) or 0 * count(${series(CONTROL.sourceUp)})`,
        }),
        tableOf({
          title: 'When each source last answered',
          description: 'When a source last gave an answer that could be used. Normal: within the last minute.',
          runbooks: ['MeshladderSourceStale'],
          width: 16,
          height: 4,
          expr: `max by (mesh_cluster, source) (${series(CONTROL.sourceLastSuccess)} * 1000)`,
          columns: [
            { label: 'mesh_cluster', title: 'Mesh' },
            { label: 'source', title: 'Source' },
            { label: 'Value', title: 'Last answer', unit: 'dateTimeFromNow' },
          ],
        }),
        timeseries({
          title: 'Errors in five minutes, by source and reason',
          description: 'Normal: none. The last words of each error stand in /api/v1/status.',
          unit: 'short',
          runbooks: ['MeshladderSourceStale', 'IstiodUnreachable', 'IstiodDebugAccessDenied'],
          targets: orNone(
            `sum by (source, reason) (increase(${series(CONTROL.sourceErrors)}[5m])) > 0`,
            '{{source}} {{reason}}',
          ),
        }),
        timeseries({
          title: 'Log lines a second, by what became of them',
          description:
            'access and proxy_log are normal. unparsed: accessLog.format does not fit. dropped: too long, or lost in a rotation.',
          unit: 'cps',
          targets: [
            {
              expr: `sum by (source, result) (rate(${series(FLAGS.accessLogLines)}[$__rate_interval]))`,
              legend: '{{result}} of {{source}}',
            },
          ],
          runbooks: ['MeshladderUnparsedLogs'],
          colours: toldApart(['access', 'dropped', 'unparsed', 'proxy_log', 'other']),
        }),
        timeseries({
          title: 'Series that were folded away, in five minutes',
          description: 'Normal: none. A family over its limit hides what it folds under __other__.',
          runbooks: ['MeshladderSeriesCapped'],
          unit: 'short',
          targets: orNone(`sum by (family) (increase(${series(SELF_FAMILIES.seriesCapped)}[5m])) > 0`, '{{family}}'),
        }),
      ],
    },
    ...EXPORTER_ITSELF,
  ],
};
