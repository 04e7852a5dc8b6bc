import { group, names, part, parts, strings, text, typed, type Values, whereKindIs, word, yesNo } from '../value.ts';

const DURATION = /^([0-9]+(ms|s|m|h))*$/;

/** What Prometheus and Grafana are told. */
export function monitoringValues(): Values {
  return {
    serviceMonitor: group(
      'The ServiceMonitor of the central part, for the Prometheus operator.',
      monitor('meshladder', 'Rules look for the central part under it.'),
    ),
    podMonitor: group(
      'The PodMonitor of the agents, for the Prometheus operator.',
      monitor(
        'meshladder-agent',
        'Rules look for agents under it. Not that of the central part: an agent that is up says nothing of that.',
      ),
    ),
    prometheusRule: group("Alerts and recording rules, as in the repository's `alerts/`.", {
      enabled: whereKindIs('Whether to make it; `auto`: where the API server knows the kind.'),
      namespace: text('', 'Its namespace; by default that of the release.'),
      labels: strings({}, 'Its labels, as `ruleSelector` of the Prometheus asks for.'),
      runbookBase: text(
        '',
        'What stands before the name of an alert in its link to the runbook; by default the runbooks that the exporter itself serves.',
      ),
      alertLabels: strings({}, 'Labels of every alert.'),
      disabledGroups: names('Groups that are left out, as `response-flags`.'),
    }),
    dashboards: group('Dashboards, as ConfigMaps that the sidecar of the Grafana chart takes up.', {
      enabled: yesNo(false, 'Whether to make them.'),
      namespace: text('', 'Their namespace; by default that of the release.'),
      labels: strings({ grafana_dashboard: '1' }, 'Their labels, as the sidecar looks for.'),
      annotations: strings({ grafana_folder: 'Istio' }, 'Their annotations, as of the folder.'),
    }),
  };
}

function monitor(job: string, why: string): Values {
  return {
    enabled: whereKindIs('Whether to make it; `auto`: where the API server knows the kind.'),
    namespace: text('', 'Its namespace; by default that of the release.'),
    labels: strings({}, 'Its labels, as the selector of the Prometheus asks for.'),
    job: typed(job, `The label \`job\` of its targets. ${why}`, { type: 'string', minLength: 1 }),
    interval: text('15s', 'How often to scrape.', DURATION),
    scrapeTimeout: text('10s', 'How long a scrape may take.', DURATION),
    scheme: word(['', 'http', 'https'], '', 'How to ask; by default as `webConfig.tls` says.'),
    endpoint: part(
      {},
      'More of the endpoint, as `tlsConfig`, `basicAuth`, `authorization`, `honorLabels`; what is set here wins.',
    ),
    spec: part({}, 'More of the spec, as `sampleLimit`, `bodySizeLimit`, `podTargetLabels`, `attachMetadata`.'),
    relabelings: parts('Changes of target labels before the scrape.'),
    metricRelabelings: parts('Changes of series before they are stored.'),
  };
}
