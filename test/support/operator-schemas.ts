/**
 * What the Prometheus operator's kinds take, as far as the chart writes it: names and types of fields, closed, so that a
 * misspelled one is seen. Their reference is the operator's own API document (`Documentation/api-reference/api.md`).
 */
const text = { type: 'string' };
const duration = { type: 'string', pattern: '^([0-9]+(ms|s|m|h|d))+$' };
const count = { type: 'integer', minimum: 0 };
const texts = { type: 'object', additionalProperties: text };
const names = { type: 'array', items: text };

function closed(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

const metadata = closed({ name: text, namespace: text, labels: texts, annotations: texts }, ['name', 'labels']);
const relabelings = {
  type: 'array',
  items: closed({
    action: {
      enum: ['replace', 'keep', 'drop', 'hashmod', 'labelmap', 'labeldrop', 'labelkeep', 'lowercase', 'uppercase'],
    },
    sourceLabels: names,
    targetLabel: text,
    regex: text,
    replacement: text,
    separator: text,
    modulus: count,
  }),
};
const endpoint = closed(
  {
    port: text,
    path: { type: 'string', pattern: '^/' },
    scheme: { enum: ['http', 'https'] },
    interval: duration,
    scrapeTimeout: duration,
    honorLabels: { type: 'boolean' },
    honorTimestamps: { type: 'boolean' },
    relabelings,
    metricRelabelings: relabelings,
    tlsConfig: { type: 'object' },
    basicAuth: { type: 'object' },
    authorization: { type: 'object' },
  },
  ['port', 'path'],
);

function monitor(endpoints: string): object {
  const spec = {
    selector: closed({ matchLabels: texts }),
    namespaceSelector: closed({ matchNames: names }),
    [endpoints]: { type: 'array', minItems: 1, items: endpoint },
    sampleLimit: count,
    targetLimit: count,
    bodySizeLimit: text,
    podTargetLabels: names,
    attachMetadata: { type: 'object' },
  };
  return kind(closed(spec, ['selector', endpoints]));
}

function kind(spec: object): object {
  return closed({ apiVersion: { const: 'monitoring.coreos.com/v1' }, kind: text, metadata, spec }, [
    'metadata',
    'spec',
  ]);
}

const rule = {
  oneOf: [
    closed({ record: text, expr: text, labels: texts }, ['record', 'expr']),
    closed({ alert: text, expr: text, for: duration, keep_firing_for: duration, labels: texts, annotations: texts }, [
      'alert',
      'expr',
    ]),
  ],
};
const group = closed({ name: text, interval: duration, rules: { type: 'array', minItems: 1, items: rule } }, [
  'name',
  'rules',
]);

export const OPERATOR_SCHEMAS: Readonly<Record<string, object>> = {
  ServiceMonitor: monitor('endpoints'),
  PodMonitor: monitor('podMetricsEndpoints'),
  PrometheusRule: kind(closed({ groups: { type: 'array', minItems: 1, items: group } }, ['groups'])),
};
