import { namespace, pod } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const BARE = 'containers: [{name: app, image: a}]';
const NS = 'Namespace/shop';

function injector(name: string, { rev = 'default', service = 'istiod', namespaces = '', objects = '' } = {}): string {
  return `{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: ${name}, labels: {istio.io/rev: ${rev}}}, webhooks: [{name: namespace.sidecar-injector.istio.io, clientConfig: {service: {name: ${service}, namespace: istio-system}}, namespaceSelector: {${namespaces}}, objectSelector: {${objects}}}]}`;
}

function values(image: string, name = 'istio-sidecar-injector', more = ''): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'istio-system' },
    data: { values: `{"global":{"hub":"docker.io/istio","tag":"1.30.3","proxy":{"image":"${image}"}}${more}}` },
  });
}

analysisTable(
  'labels of a namespace',
  ['IST0102', 'IST0123', 'IST0148'],
  [
    ['injected', [namespace('shop')], []],
    ['said not to be', [namespace('shop', 'istio-injection: disabled')], []],
    ['of a revision', [namespace('shop', 'istio.io/rev: canary')], []],
    ['in ambient mode', [namespace('shop', 'istio.io/dataplane-mode: ambient')], []],
    ['nothing said', [namespace('shop', 'team: a')], [`IST0102 ${NS}`]],
    ['nothing said in the control plane’s own', [namespace('istio-system', '')], []],
    ['nothing said in one of Kubernetes’ own', [namespace('kube-system', '')], []],
    [
      'nothing said, and injected by default',
      [
        namespace('shop', ''),
        values('proxyv2', undefined, ',"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}'),
      ],
      [`IST0148 ${NS}`],
    ],
    [
      'injected, and of a revision',
      [namespace('shop', 'istio-injection: enabled, istio.io/rev: canary')],
      [`IST0123 ${NS}`],
    ],
    [
      'of a revision, and in ambient mode',
      [namespace('shop', 'istio.io/rev: canary, istio.io/dataplane-mode: ambient')],
      [`IST0123 ${NS}`],
    ],
    [
      'not injected, and of a revision, which is how one opts out',
      [namespace('shop', 'istio-injection: disabled, istio.io/rev: canary')],
      [],
    ],
  ],
);

analysisTable(
  'pods without their proxy',
  ['IST0103'],
  [
    ['with it', [namespace('shop'), pod('shop/a', 'app: a')], []],
    ['without it', [namespace('shop'), pod('shop/a', 'app: a', { spec: BARE })], ['IST0103 Pod/shop/a']],
    [
      'with it among the init containers',
      [
        namespace('shop'),
        pod('shop/a', 'app: a', {
          spec: `${BARE}, initContainers: [{name: istio-proxy, image: p, restartPolicy: Always}]`,
        }),
      ],
      [],
    ],
    [
      'refused by label',
      [namespace('shop'), pod('shop/a', 'app: a, sidecar.istio.io/inject: "false"', { spec: BARE })],
      [],
    ],
    [
      'refused by annotation, in capitals',
      [namespace('shop'), pod('shop/a', 'app: a', { annotations: 'sidecar.istio.io/inject: "False"', spec: BARE })],
      [],
    ],
    [
      'a label that asks beats an annotation that refuses',
      [
        namespace('shop'),
        pod('shop/a', 'sidecar.istio.io/inject: "true"', {
          annotations: 'sidecar.istio.io/inject: "false"',
          spec: BARE,
        }),
      ],
      ['IST0103 Pod/shop/a'],
    ],
    [
      'on the network of its node',
      [namespace('shop'), pod('shop/a', 'app: a', { spec: `hostNetwork: true, ${BARE}` })],
      [],
    ],
    [
      'in a namespace of a revision, which is not looked at',
      [namespace('shop', 'istio.io/rev: x'), pod('shop/a', 'app: a', { spec: BARE })],
      [],
    ],
    [
      'in a namespace that is not injected',
      [namespace('shop', 'istio-injection: disabled'), pod('shop/a', 'app: a', { spec: BARE })],
      [],
    ],
  ],
);

const old = (image: string, annotations = ''): string =>
  pod('shop/a', 'app: a', {
    annotations,
    spec: `containers: [{name: app, image: a}, {name: istio-proxy, image: '${image}'}]`,
  });

const DISTROLESS = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: { mesh: 'defaultConfig: {image: {imageType: distroless}}' },
});

analysisTable(
  'proxies of an earlier Istio',
  ['IST0158'],
  [
    ['of this one', [namespace('shop'), values('proxyv2'), old('docker.io/istio/proxyv2:1.30.3')], []],
    ['of another', [namespace('shop'), values('proxyv2'), old('docker.io/istio/proxyv2:1.29.0')], [`IST0158 ${NS}`]],
    ['of another, on purpose', [namespace('shop'), values('proxyv2'), old('x', 'sidecar.istio.io/proxyImage: x')], []],
    [
      'of the image as it is, where the mesh asks for a variant of it',
      [namespace('shop'), values('proxyv2'), DISTROLESS, old('docker.io/istio/proxyv2:1.30.3')],
      [],
    ],
    [
      'of the variant that the mesh asks for',
      [namespace('shop'), values('proxyv2'), DISTROLESS, old('docker.io/istio/proxyv2:1.30.3-distroless')],
      [],
    ],
    [
      'of a variant that nobody asks for',
      [namespace('shop'), values('proxyv2'), old('docker.io/istio/proxyv2:1.30.3-distroless')],
      [`IST0158 ${NS}`],
    ],
    ['of a revision without values', [namespace('shop', 'istio.io/rev: canary'), values('proxyv2'), old('x')], []],
    [
      'of a revision of its own',
      [namespace('shop', 'istio.io/rev: canary'), values('r/p:2', 'istio-sidecar-injector-canary'), old('x')],
      [`IST0158 ${NS}`],
    ],
  ],
);

const deployment = (labels: string, image = 'auto'): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop}, spec: {template: {metadata: {labels: {${labels}}}, spec: {containers: [{name: istio-proxy, image: ${image}}]}}}}`;
const ENABLED = 'matchLabels: {istio-injection: enabled}';

analysisTable(
  'proxies that wait for an injector',
  ['IST0146', 'IST0147'],
  [
    ['one that selects them', [namespace('shop'), injector('i', { namespaces: ENABLED }), deployment('app: a')], []],
    ['none', [namespace('shop'), deployment('app: a')], ['IST0146 Deployment/shop/a']],
    [
      'one that does not select the namespace',
      [namespace('shop', ''), injector('i', { namespaces: ENABLED }), deployment('app: a')],
      ['IST0146 Deployment/shop/a'],
    ],
    [
      'one that selects the pods by label',
      [
        namespace('shop', ''),
        injector('i', { objects: 'matchLabels: {sidecar.istio.io/inject: "true"}' }),
        deployment('sidecar.istio.io/inject: "true"'),
      ],
      [],
    ],
    ['an image of its own', [namespace('shop'), deployment('app: a', 'proxyv2')], []],
    [
      'a pod that came into being so',
      [namespace('shop'), pod('shop/a', 'app: a', { spec: 'containers: [{name: istio-proxy, image: auto}]' })],
      ['IST0147 Pod/shop/a'],
    ],
  ],
);

const ISTIOD = '{apiVersion: v1, kind: Service, metadata: {name: istiod, namespace: istio-system}, spec: {ports: []}}';
const byRev = (rev: string): string => `matchLabels: {istio.io/rev: ${rev}}`;
const webhook = (name: string): string => `IST0139 MutatingWebhookConfiguration/${name}`;

analysisTable(
  'injection webhooks',
  ['IST0139'],
  [
    ['one', [ISTIOD, injector('a', { namespaces: ENABLED })], []],
    ['one whose service is gone', [ISTIOD, injector('a', { service: 'gone', namespaces: ENABLED })], [webhook('a')]],
    [
      'two for the same namespaces',
      [ISTIOD, injector('a', { namespaces: ENABLED }), injector('b', { rev: 'canary', namespaces: ENABLED })],
      [webhook('a'), webhook('b')],
    ],
    [
      'two for two revisions',
      [
        ISTIOD,
        injector('a', { rev: 'a', namespaces: byRev('a') }),
        injector('b', { rev: 'b', namespaces: byRev('b') }),
      ],
      [],
    ],
    [
      'two that meet only where a namespace says both',
      [ISTIOD, injector('a', { namespaces: ENABLED }), injector('b', { rev: 'b', namespaces: byRev('b') })],
      [webhook('a'), webhook('b')],
    ],
    [
      'two that the label of the namespace keeps apart',
      [
        ISTIOD,
        injector('a', { namespaces: ENABLED }),
        injector('b', {
          rev: 'b',
          namespaces: `matchExpressions: [{key: istio.io/rev, operator: In, values: [b]}, {key: istio-injection, operator: DoesNotExist}]`,
        }),
      ],
      [],
    ],
  ],
);
