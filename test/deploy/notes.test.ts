import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HELM, renderNotes, variantFile } from '../support/chart.ts';

const NOTES: readonly {
  readonly variant: string;
  readonly namespace?: string;
  readonly says: readonly RegExp[];
  readonly silentOf?: readonly RegExp[];
}[] = [
  {
    variant: 'default',
    says: [/svc\/meshladder 19012:19012/, /open http:\/\/127/, /No access logs are read/, /No monitors were made/],
    silentOf: [/root namespace/, /Agents/, /forward ports of pods/],
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
    says: [/mount \/var\/log\/pods/, /label namespace logs pod-security\.kubernetes\.io\/enforce=privileged/],
    silentOf: [/port-forward/, /root namespace/],
  },
  { variant: 'namespaced-cluster-role', says: [/forward ports of pods in payment, which/] },
  {
    variant: 'all-on',
    says: [
      /svc\/meshladder 19012:80/,
      /Only the leader shows the mesh/,
      /with labels release: prometheus\./,
      /wherever it looks/,
    ],
  },
  { variant: 'web-config', says: [/open https:\/\//, /must show a token/, /Agents cannot ask whose a token is/] },
];

for (const { variant, namespace = 'istio-system', says, silentOf = [] } of NOTES) {
  test(`who installs ${variant} into ${namespace} is told what matters there`, { skip: NO_HELM }, () => {
    const notes = renderNotes(variantFile(variant), namespace);
    for (const pattern of says) assert.match(notes, pattern);
    for (const pattern of silentOf) assert.doesNotMatch(notes, pattern);
    assert.doesNotMatch(notes, /\n\n\n/);
  });
}
