import type { NewObject } from '../kube/object.ts';

type Direction = 'Ingress' | 'Egress';

const DNS_PORTS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

/**
 * The policy that lets the pods of `payment` talk among themselves and to DNS. It isolates them too, so it is applied
 * together with the other, and goes with it.
 */
export function allowSameNamespace(directions: readonly Direction[]): NewObject {
  const same = [{ podSelector: {} }];
  const dns = {
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
    ports: DNS_PORTS,
  };
  return policy('allow-same-namespace', {
    podSelector: {},
    policyTypes: directions,
    ...(directions.includes('Ingress') && { ingress: [{ from: same }] }),
    ...(directions.includes('Egress') && { egress: [{ to: same }, dns] }),
  });
}

/** The policy that cuts every pod of `payment` off from istiod: it allows nothing. */
export function defaultDeny(directions: readonly Direction[]): NewObject {
  return policy('default-deny', { podSelector: {}, policyTypes: directions });
}

function policy(name: string, spec: object): NewObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'payment' },
    spec,
  };
}
