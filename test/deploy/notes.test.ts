import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HELM, renderNotes, variantFile } from '../support/chart.ts';

const NOTES: readonly {
  readonly variant: string;
  readonly namespace?: string;
  /** As `a.b=1`, each. */
  readonly set?: readonly string[];
  readonly says: readonly RegExp[];
  readonly silentOf?: readonly RegExp[];
}[] = [
  {
    variant: 'default',
    says: [
      /svc\/meshladder 19012:19012/,
      /open http:\/\/127/,
      /No access logs are read/,
      /No monitors were made/,
      /no public image/,
    ],
    silentOf: [/root namespace/, /Agents/, /forward ports of pods/, /Secret/, /NetworkPolicy/, /cacert/],
  },
  {
    variant: 'default',
    namespace: 'elsewhere',
    says: [/not Istio's root namespace \(istio-system\)/, /DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES=elsewhere/],
  },
  { variant: 'log-api', namespace: 'mesh-root', says: [/at most 20 at once/], silentOf: [/root namespace/] },
  {
    variant: 'agents',
    namespace: 'logs',
    says: [
      /mount \/var\/log\/pods/,
      /label namespace logs pod-security\.kubernetes\.io\/enforce=privileged/,
      /job meshladder-agent:\n.*component=agent\n/,
    ],
    silentOf: [/port-forward/, /root namespace/, /component=central/],
  },
  {
    variant: 'agents',
    says: [/rather than lower it/, /create namespace mesh-logs/],
    silentOf: [/label namespace istio-system/],
  },
  {
    variant: 'remote-secrets',
    says: [/list every Secret of istio-system/, /istio-ca-secret, cacerts/, /grants nothing in other clusters/],
  },
  {
    variant: 'remote-secrets',
    set: ['networkPolicy.enabled=true', 'config.prometheus.url=http://prometheus:9090', 'image.registry=r.example.com'],
    says: [/egress\.extra, to http:\/\/prometheus:9090\./],
    silentOf: [/no public image/],
  },
  {
    variant: 'remote-secrets',
    set: ['networkPolicy.enabled=true', 'networkPolicy.egress.apiServer[0].ipBlock.cidr=10.0.0.1/32'],
    says: [/egress\.extra, to the API servers of other clusters\./],
  },
  { variant: 'namespaced-cluster-role', says: [/forward ports of pods in payment, which/] },
  {
    variant: 'all-on',
    says: [
      /svc\/meshladder 19012:80/,
      /Only the leader shows the mesh/,
      /with labels release: prometheus\./,
      /wherever it looks/,
      /create namespace mesh-logs/,
    ],
    silentOf: [/no public image/, /label namespace istio-system/],
  },
  {
    variant: 'web-config',
    says: [
      /open https:\/\//,
      /must show a token/,
      /Agents cannot ask whose a token is/,
      /curl -sS --cacert ca\.crt --connect-to ::127\.0\.0\.1:19012 https:\/\/meshladder\.istio-system\.svc:19012\//,
      /job meshladder:\n.*component=central\n {2}job meshladder-agent:\n.*component=agent\n/,
    ],
  },
];

for (const { variant, namespace = 'istio-system', set = [], says, silentOf = [] } of NOTES) {
  test(`who installs ${[variant, ...set].join(', ')} into ${namespace} is told what matters there`, {
    skip: NO_HELM,
  }, () => {
    const notes = renderNotes(variantFile(variant), namespace, set);
    for (const pattern of says) assert.match(notes, pattern);
    for (const pattern of silentOf) assert.doesNotMatch(notes, pattern);
    assert.doesNotMatch(notes, /\n\n\n/);
  });
}
