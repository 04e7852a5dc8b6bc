import { kubeTime, type NewObject } from '../kube/object.ts';
import { ROOT_NAMESPACE } from './workloads.ts';

const MESH = `accessLogFile: /dev/stdout
accessLogEncoding: TEXT
rootNamespace: istio-system
trustDomain: cluster.local
enablePrometheusMerge: true
extensionProviders:
- name: json-log
  envoyFileAccessLog:
    path: /dev/stdout
    logFormat:
      labels: {}
defaultConfig:
  discoveryAddress: istiod.istio-system.svc:15012
  tracing: {}
`;

/** The mesh configuration, and the injector that gives pods their sidecars (istiod chart 1.30). */
export function controlObjects(bornMs: number): NewObject[] {
  const creationTimestamp = kubeTime(bornMs);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'istio',
        namespace: ROOT_NAMESPACE,
        creationTimestamp,
        labels: { 'istio.io/rev': 'default' },
      },
      data: { mesh: MESH, meshNetworks: 'networks: {}' },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: {
        name: 'istio-sidecar-injector',
        creationTimestamp,
        labels: { app: 'sidecar-injector', 'istio.io/rev': 'default', 'operator.istio.io/component': 'Pilot' },
      },
      webhooks: WEBHOOKS.map(([name, namespaceSelector, objectSelector]) => ({
        name,
        namespaceSelector: { matchExpressions: namespaceSelector },
        objectSelector: { matchExpressions: objectSelector },
        clientConfig: { service: { name: 'istiod', namespace: ROOT_NAMESPACE, path: '/inject', port: 443 } },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], scope: '*' }],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        reinvocationPolicy: 'Never',
        matchPolicy: 'Equivalent',
        timeoutSeconds: 10,
        admissionReviewVersions: ['v1'],
      })),
    },
  ];
}

/** The authority of the mesh, as istiod puts it into every namespace; here where istiod is, for who asks istiod. */
export function rootCertificateObject(pem: string, bornMs: number): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'istio-ca-root-cert',
      namespace: ROOT_NAMESPACE,
      creationTimestamp: kubeTime(bornMs),
      labels: { 'istio.io/config': 'true' },
    },
    data: { 'root-cert.pem': pem },
  };
}

interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'DoesNotExist';
  readonly values?: readonly string[];
}

type Webhook = readonly [name: string, namespaceSelector: readonly Expression[], objectSelector: readonly Expression[]];

const NOT_REFUSED: Expression = { key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] };
const REVISION: Expression = { key: 'istio.io/rev', operator: 'In', values: ['default'] };
const NO_REVISION: Expression = { key: 'istio.io/rev', operator: 'DoesNotExist' };
const NO_INJECTION: Expression = { key: 'istio-injection', operator: 'DoesNotExist' };
const ENABLED: Expression = { key: 'istio-injection', operator: 'In', values: ['enabled'] };
const WANTED: Expression = { key: 'sidecar.istio.io/inject', operator: 'In', values: ['true'] };

const WEBHOOKS: readonly Webhook[] = [
  ['rev.namespace.sidecar-injector.istio.io', [REVISION, NO_INJECTION], [NOT_REFUSED]],
  ['rev.object.sidecar-injector.istio.io', [NO_REVISION, NO_INJECTION], [NOT_REFUSED, REVISION]],
  ['namespace.sidecar-injector.istio.io', [ENABLED], [NOT_REFUSED]],
  ['object.sidecar-injector.istio.io', [NO_INJECTION, NO_REVISION], [WANTED, NO_REVISION]],
];
