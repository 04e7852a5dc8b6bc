import { config, namespace, pod, service } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const SHOP = namespace('shop');
const POD = pod('shop/web-1', 'app: web');
const BARE = pod('shop/job-1', 'app: job', {
  annotations: 'sidecar.istio.io/inject: "false"',
  spec: 'containers: [{name: app, image: a}]',
});

function mesh(yaml: string, more: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio', namespace: 'istio-system' },
    data: { mesh: yaml, ...more },
  });
}

const authz = (spec: string, place = 'shop/p'): string => config('AuthorizationPolicy', place, spec);
const select = (labels: string): string => `selector: {matchLabels: {${labels}}}`;
const P = 'AuthorizationPolicy/shop/p';

analysisTable(
  'pods of an AuthorizationPolicy',
  ['IST0127'],
  [
    ['some', [SHOP, POD, authz(select('app: web'))], []],
    ['none', [SHOP, POD, authz(select('app: gone'))], [`IST0127 ${P}`]],
    ['one outside of the mesh', [SHOP, POD, BARE, authz(select('app: job'))], [`IST0127 ${P}`]],
    ['the whole namespace', [SHOP, POD, authz('action: ALLOW')], []],
    ['the whole of a namespace without pods of the mesh', [SHOP, BARE, authz('action: ALLOW')], [`IST0127 ${P}`]],
    [
      'one in ambient mode',
      [
        namespace('shop', 'istio.io/dataplane-mode: ambient'),
        pod('shop/z', 'app: z', { annotations: 'ambient.istio.io/redirection: enabled', spec: 'containers: []' }),
        authz(select('app: z')),
      ],
      [],
    ],
    ['the whole mesh', [SHOP, authz('action: ALLOW', 'istio-system/p')], []],
    ['pods of any namespace, from the root', [SHOP, POD, authz(select('app: web'), 'istio-system/p')], []],
    [
      'no pods of any namespace, from the root',
      [SHOP, POD, authz(select('app: gone'), 'istio-system/p')],
      ['IST0127 AuthorizationPolicy/istio-system/p'],
    ],
    ['another root', [SHOP, POD, mesh('rootNamespace: shop'), pod('blog/b', 'app: b'), authz(select('app: b'))], []],
  ],
);

const from = (field: string, names: string): string => authz(`rules: [{from: [{source: {${field}: [${names}]}}]}]`);

analysisTable(
  'namespaces of an AuthorizationPolicy',
  ['IST0101'],
  [
    ['there', [SHOP, POD, from('namespaces', 'shop')], []],
    ['not there', [SHOP, POD, from('namespaces', 'gone')], [`IST0101 ${P}`]],
    ['not there, of those left out', [SHOP, POD, from('notNamespaces', 'gone')], [`IST0101 ${P}`]],
    ['by how it begins', [SHOP, POD, from('namespaces', '"sh*"')], []],
    ['by how it ends', [SHOP, POD, from('namespaces', '"*op"')], []],
    ['any', [SHOP, POD, from('namespaces', '"*"')], []],
    ['by how none begins', [SHOP, POD, from('namespaces', '"x*"')], [`IST0101 ${P}`]],
  ],
);

analysisTable(
  'providers',
  ['ML0006', 'ML0007', 'IST0157', 'IST0002'],
  [
    [
      'an authorizer of the mesh',
      [
        SHOP,
        POD,
        mesh('extensionProviders: [{name: opa, envoyExtAuthzGrpc: {}}]'),
        authz('action: CUSTOM, provider: {name: opa}, rules: [{}]'),
      ],
      [],
    ],
    [
      'an authorizer that the mesh has not',
      [SHOP, POD, mesh('extensionProviders: []'), authz('action: CUSTOM, provider: {name: opa}, rules: [{}]')],
      [`ML0006 ${P}`],
    ],
    ['nobody knows the mesh', [SHOP, POD, authz('action: CUSTOM, provider: {name: opa}, rules: [{}]')], []],
    [
      'logs without a provider',
      [SHOP, config('Telemetry', 'shop/t', 'accessLogging: [{}]')],
      ['IST0157 Telemetry/shop/t'],
    ],
    [
      'logs without a provider, and a default',
      [SHOP, mesh('defaultProviders: {accessLogging: [envoy]}'), config('Telemetry', 'shop/t', 'accessLogging: [{}]')],
      [],
    ],
    ['logs that are off', [SHOP, config('Telemetry', 'shop/t', 'accessLogging: [{disabled: true}]')], []],
    [
      'logs by a provider built in',
      [SHOP, mesh('{}'), config('Telemetry', 'shop/t', 'accessLogging: [{providers: [{name: envoy}]}]')],
      [],
    ],
    [
      'logs by a provider that the mesh has not',
      [SHOP, mesh('{}'), config('Telemetry', 'shop/t', 'accessLogging: [{providers: [{name: otel}]}]')],
      ['ML0007 Telemetry/shop/t'],
    ],
    [
      'traces to Lightstep',
      [
        SHOP,
        mesh('extensionProviders: [{name: ls, lightstep: {}}]'),
        config('Telemetry', 'shop/t', 'tracing: [{providers: [{name: ls}]}]'),
      ],
      ['IST0002 Telemetry/shop/t'],
    ],
  ],
);

const sidecar = (name: string, labels?: string, place = 'shop'): string =>
  config(
    'Sidecar',
    `${place}/${name}`,
    `${labels === undefined ? '' : `workloadSelector: {labels: {${labels}}},`} egress: [{hosts: ["./*"]}]`,
  );
const AMBIENT = namespace('shop', 'istio.io/dataplane-mode: ambient');
const AMBIENT_POD = pod('shop/z', 'app: z', {
  annotations: 'ambient.istio.io/redirection: enabled',
  spec: 'containers: []',
});

analysisTable(
  'Sidecars',
  ['IST0101', 'IST0110', 'IST0111', 'IST0167', 'IST0002'],
  [
    ['one for some pods and one for all', [SHOP, POD, sidecar('a', 'app: web'), sidecar('b')], []],
    ['one for nobody', [SHOP, POD, sidecar('a', 'app: gone')], ['IST0101 Sidecar/shop/a']],
    ['one for pods of another namespace', [SHOP, POD, sidecar('a', 'app: web', 'blog')], ['IST0101 Sidecar/blog/a']],
    [
      'two for one pod',
      [SHOP, pod('shop/web-1', 'app: web, tier: a'), sidecar('a', 'app: web'), sidecar('b', 'tier: a')],
      ['IST0110 Sidecar/shop/a', 'IST0110 Sidecar/shop/b'],
    ],
    ['two for all', [SHOP, POD, sidecar('a'), sidecar('b')], ['IST0111 Sidecar/shop/a', 'IST0111 Sidecar/shop/b']],
    ['two for all, of two namespaces', [SHOP, POD, sidecar('a'), sidecar('b', undefined, 'blog')], []],
    ['one for a pod in ambient mode', [AMBIENT, AMBIENT_POD, sidecar('a', 'app: z')], ['IST0167 Sidecar/shop/a']],
    [
      'two for a namespace in ambient mode',
      [AMBIENT, AMBIENT_POD, sidecar('a'), sidecar('b')],
      ['IST0167 Sidecar/shop/a', 'IST0167 Sidecar/shop/b'],
    ],
    [
      'an egress proxy',
      [
        SHOP,
        config(
          'Sidecar',
          'shop/a',
          'outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: a.example.com, port: {number: 1}}}',
        ),
      ],
      ['IST0002 Sidecar/shop/a'],
    ],
  ],
);

const telemetry = (name: string, more = ''): string =>
  config('Telemetry', `shop/${name}`, `${more} tracing: [{randomSamplingPercentage: 1}]`);

analysisTable(
  'Telemetries',
  ['IST0101', 'IST0159', 'IST0160'],
  [
    ['one for some pods and one for all', [SHOP, POD, telemetry('a', `${select('app: web')},`), telemetry('b')], []],
    ['one for nobody', [SHOP, POD, telemetry('a', `${select('app: gone')},`)], ['IST0101 Telemetry/shop/a']],
    [
      'two for one pod',
      [SHOP, POD, telemetry('a', `${select('app: web')},`), telemetry('b', `${select('app: web')},`)],
      ['IST0159 Telemetry/shop/a', 'IST0159 Telemetry/shop/b'],
    ],
    [
      'two for all',
      [SHOP, POD, telemetry('a'), telemetry('b')],
      ['IST0160 Telemetry/shop/a', 'IST0160 Telemetry/shop/b'],
    ],
    [
      'one for all, and one for a gateway, which istioctl takes for the same',
      [
        SHOP,
        POD,
        telemetry('a'),
        telemetry('b', 'targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: g}],'),
      ],
      ['IST0160 Telemetry/shop/a', 'IST0160 Telemetry/shop/b'],
    ],
  ],
);

const KUBE_POD = pod('shop/gw-1', 'gateway.networking.k8s.io/gateway-name: gw');
const byName = select('gateway.networking.k8s.io/gateway-name: gw');

analysisTable(
  'selectors of Gateway API gateways',
  ['IST0166'],
  [
    ['by label', [SHOP, KUBE_POD, authz(byName)], [`IST0166 ${P}`]],
    [
      'by reference',
      [SHOP, KUBE_POD, authz('targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: gw}]')],
      [],
    ],
    [
      'of a RequestAuthentication',
      [SHOP, KUBE_POD, config('RequestAuthentication', 'shop/j', `${byName}, jwtRules: []`)],
      ['IST0166 RequestAuthentication/shop/j'],
    ],
    ['of a gateway of Istio’s own', [SHOP, pod('shop/gw-1', 'istio: edge'), authz(select('istio: edge'))], []],
  ],
);

const entry = (spec: string): string => config('ServiceEntry', 'shop/e', `hosts: [a.example.com], ${spec}`);
const E = 'ServiceEntry/shop/e';
const DNS_CAPTURE =
  'defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true"}}';

analysisTable(
  'ServiceEntries',
  ['IST0134', 'ML0003'],
  [
    [
      'TCP without an address',
      [SHOP, entry('resolution: DNS, ports: [{number: 5432, name: tcp, protocol: TCP}]')],
      [`IST0134 ${E}`],
    ],
    [
      'no protocol without an address',
      [SHOP, entry('resolution: DNS, ports: [{number: 5432, name: db}]')],
      [`IST0134 ${E}`],
    ],
    [
      'TCP with an address',
      [SHOP, entry('addresses: [10.0.0.9], resolution: DNS, ports: [{number: 5432, name: tcp, protocol: TCP}]')],
      [],
    ],
    [
      'a protocol that tells hosts apart',
      [SHOP, entry('resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]')],
      [],
    ],
    [
      'addresses of istiod’s',
      [SHOP, mesh(DNS_CAPTURE), entry('resolution: DNS, ports: [{number: 5432, name: tcp, protocol: TCP}]')],
      [],
    ],
    [
      'the host of a service',
      [
        SHOP,
        service('shop/web', 'ports: []'),
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: [web.shop.svc.cluster.local], ports: [{number: 80, name: http, protocol: HTTP}]',
        ),
      ],
      [`ML0003 ${E}`],
    ],
    [
      'a wildcard over services',
      [
        SHOP,
        service('shop/web', 'ports: []'),
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: ["*.shop.svc.cluster.local"], ports: [{number: 80, name: http, protocol: HTTP}]',
        ),
      ],
      [`ML0003 ${E}`],
    ],
    [
      'the host of a service that is not there',
      [
        SHOP,
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: [web.shop.svc.cluster.local], ports: [{number: 80, name: http, protocol: HTTP}]',
        ),
      ],
      [],
    ],
    [
      'the same, where services are not known',
      [
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: [web.shop.svc.cluster.local], ports: [{number: 80, name: http, protocol: HTTP}]',
        ),
      ],
      [`ML0003 ${E}`],
    ],
  ],
);

const pa = (place: string, mode: string, more = ''): string =>
  config('PeerAuthentication', place, `${more} mtls: {mode: ${mode}}`);

analysisTable(
  'PeerAuthentications',
  ['ML0001', 'ML0002'],
  [
    ['stricter than the mesh', [SHOP, pa('shop/a', 'STRICT')], []],
    ['weaker than what Istio does by itself', [SHOP, pa('shop/a', 'DISABLE')], ['ML0002 PeerAuthentication/shop/a']],
    [
      'weaker than the mesh',
      [SHOP, pa('istio-system/default', 'STRICT'), pa('shop/a', 'PERMISSIVE')],
      ['ML0002 PeerAuthentication/shop/a'],
    ],
    ['as the mesh', [SHOP, pa('istio-system/default', 'STRICT'), pa('shop/a', 'STRICT')], []],
    ['leaves it to the mesh', [SHOP, pa('istio-system/default', 'STRICT'), pa('shop/a', 'UNSET')], []],
    [
      'weaker than its namespace',
      [SHOP, POD, pa('shop/a', 'STRICT'), pa('shop/b', 'PERMISSIVE', `${select('app: web')},`)],
      ['ML0002 PeerAuthentication/shop/b'],
    ],
    [
      'as its namespace, which is weaker than the mesh',
      [
        SHOP,
        POD,
        pa('istio-system/m', 'STRICT'),
        pa('shop/a', 'PERMISSIVE'),
        pa('shop/b', 'PERMISSIVE', `${select('app: web')},`),
      ],
      ['ML0002 PeerAuthentication/shop/a'],
    ],
    ['two of one scope', [SHOP, pa('shop/a', 'STRICT'), pa('shop/b', 'STRICT')], ['ML0001 PeerAuthentication/shop/b']],
    [
      'two of one scope, the second the older',
      [
        SHOP,
        pa('shop/a', 'STRICT'),
        config('PeerAuthentication', 'shop/b', 'mtls: {mode: STRICT}', 'creationTimestamp: "2020-01-01T00:00:00Z"'),
      ],
      ['ML0001 PeerAuthentication/shop/a'],
    ],
    [
      'two with the same selector',
      [
        SHOP,
        POD,
        pa('shop/a', 'STRICT', `${select('app: web, x: y')},`),
        pa('shop/b', 'STRICT', `${select('x: y, app: web')},`),
      ],
      ['ML0001 PeerAuthentication/shop/b'],
    ],
  ],
);

analysisTable(
  'selectors that istioctl does not look at',
  ['ML0008'],
  [
    ['some pods', [SHOP, POD, pa('shop/a', 'STRICT', `${select('app: web')},`)], []],
    ['no pods', [SHOP, POD, pa('shop/a', 'STRICT', `${select('app: gone')},`)], ['ML0008 PeerAuthentication/shop/a']],
    [
      'pods of another namespace, from the root',
      [SHOP, POD, config('EnvoyFilter', 'istio-system/e', 'workloadSelector: {labels: {app: web}}, configPatches: []')],
      [],
    ],
    [
      'a virtual machine',
      [
        SHOP,
        config('WorkloadEntry', 'shop/vm', 'address: 10.0.0.1, labels: {app: vm}'),
        pa('shop/a', 'STRICT', `${select('app: vm')},`),
      ],
      [],
    ],
  ],
);

analysisTable(
  'networks',
  ['IST0126'],
  [
    [
      'the registry of this cluster',
      [SHOP, mesh('{}', { meshNetworks: 'networks: {n: {endpoints: [{fromRegistry: Kubernetes}]}}' })],
      [],
    ],
    [
      'a registry that is not there',
      [SHOP, mesh('{}', { meshNetworks: 'networks: {n: {endpoints: [{fromRegistry: east}]}}' })],
      ['IST0126 MeshNetworks/istio-system/meshnetworks'],
    ],
    [
      'a cluster of a secret',
      [
        SHOP,
        mesh('{}', { meshNetworks: 'networks: {n: {endpoints: [{fromRegistry: east}]}}' }),
        '{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: istio-system, labels: {istio/multiCluster: "true"}}, stringData: {east: kubeconfig}}',
      ],
      [],
    ],
    ['an address', [SHOP, mesh('{}', { meshNetworks: 'networks: {n: {endpoints: [{fromCidr: 10.0.0.0/8}]}}' })], []],
  ],
);

const filter = (patch: string, more = '', name = 'e', metadata = ''): string =>
  config('EnvoyFilter', `shop/${name}`, `${more} configPatches: [{${patch}}]`, metadata);
const F = 'EnvoyFilter/shop/e';
const version = 'match: {proxy: {proxyVersion: "^1"}}, ';

analysisTable(
  'patches of EnvoyFilters',
  ['IST0151', 'IST0152', 'IST0153', 'IST0154', 'IST0155'],
  [
    ['first', [SHOP, filter('applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: x}}')], []],
    [
      'before another',
      [SHOP, filter('applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE, value: {name: x}}')],
      [`IST0151 ${F}`],
    ],
    [
      'before another, with a priority',
      [SHOP, filter('applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE, value: {name: x}}', 'priority: 10,')],
      [],
    ],
    [
      'in place of a cluster',
      [SHOP, filter('applyTo: CLUSTER, patch: {operation: REPLACE, value: {name: x}}')],
      [`IST0152 ${F}`],
    ],
    [
      'in place of a filter',
      [SHOP, filter('applyTo: HTTP_FILTER, patch: {operation: REPLACE, value: {name: x}}', 'priority: 1,')],
      [],
    ],
    [
      'added to routes',
      [SHOP, filter('applyTo: HTTP_ROUTE, patch: {operation: ADD, value: {name: x}}')],
      [`IST0153 ${F}`],
    ],
    ['taken from routes', [SHOP, filter('applyTo: ROUTE_CONFIGURATION, patch: {operation: REMOVE}')], [`IST0154 ${F}`]],
    ['taken from clusters', [SHOP, filter('applyTo: CLUSTER, patch: {operation: REMOVE}')], [`IST0151 ${F}`]],
    [
      'before another, and an older one is for a version',
      [
        SHOP,
        filter(
          `applyTo: HTTP_FILTER, ${version} patch: {operation: INSERT_FIRST, value: {name: x}}`,
          '',
          'z',
          'creationTimestamp: "2020-01-01T00:00:00Z"',
        ),
        filter('applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE, value: {name: x}}'),
      ],
      [`IST0155 ${F}`],
    ],
    [
      'before another, and a younger one is for a version',
      [
        SHOP,
        filter(`applyTo: HTTP_FILTER, ${version} patch: {operation: INSERT_FIRST, value: {name: x}}`, '', 'z'),
        filter('applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE, value: {name: x}}'),
      ],
      [`IST0151 ${F}`],
    ],
  ],
);

analysisTable(
  'definitions of long ago',
  ['IST0002'],
  [
    [
      'RbacConfig',
      [
        '{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: rbacconfigs.rbac.istio.io}, spec: {group: rbac.istio.io, names: {kind: RbacConfig}}}',
      ],
      ['IST0002 CustomResourceDefinition/rbacconfigs.rbac.istio.io'],
    ],
    [
      'of now',
      [
        '{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: gateways.networking.istio.io}, spec: {group: networking.istio.io, names: {kind: Gateway}}}',
      ],
      [],
    ],
  ],
);
