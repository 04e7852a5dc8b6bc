import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyzeYaml, config, namespace, pod, said, service } from '../../support/analysis-cases.ts';

/** Part of every world, and nothing is wrong with it. */
const WORLD = [
  namespace('shop'),
  namespace('edge', 'istio.io/rev: canary'),
  namespace('calm', 'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint'),
  namespace('out', 'istio-injection: disabled, istio.io/rev: canary'),
  pod('shop/web-1', 'app: web, version: v1'),
  pod('edge/gw-1', 'istio: edge'),
  service('shop/web', 'selector: {app: web}, ports: [{name: http, port: 80}]'),
  service(
    'edge/gw',
    'selector: {istio: edge}, ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: https}]',
  ),
];

const server = (hosts: string, tls: string, number = 443): string =>
  `{port: {number: ${number}, name: tls, protocol: TLS}, hosts: [${hosts}], tls: {${tls}}}`;
const gateway = (name: string, servers: string, selector = 'istio: edge'): string =>
  config('Gateway', `edge/${name}`, `selector: {${selector}}, servers: [${servers}]`);
const route = (rest: string, name = 'web'): string => config('VirtualService', `shop/${name}`, rest);
const toWeb = 'http: [{route: [{destination: {host: web}}]}]';
const rule = (rest: string, name = 'web'): string => config('DestinationRule', `shop/${name}`, rest);
const entry = (rest: string, name = 'ext'): string => config('ServiceEntry', `shop/${name}`, rest);
const port = (number: number, protocol: string): string =>
  `ports: [{number: ${number}, name: p${number}, protocol: ${protocol}}]`;

type Case = readonly [what: string, objects: readonly string[], said?: readonly string[]];

/** Every code counts, not only the one that a case is about: what looks like a fault and is none says nothing at all. */
function table(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [what, objects, expected = []] of cases) {
      test(what, () => assert.deepEqual(said(analyzeYaml(...WORLD, ...objects).findings), expected));
    }
  });
}

table('the mesh by itself', [['has no fault', []]]);

table('Gateways', [
  [
    'two that only redirect present no certificate',
    [
      gateway(
        'one',
        '{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com], tls: {httpsRedirect: true}}',
      ),
      gateway(
        'two',
        '{port: {number: 80, name: http, protocol: HTTP}, hosts: [b.example.com], tls: {httpsRedirect: true}}',
      ),
    ],
  ],
  [
    'one that redirects, and one without settings of TLS',
    [
      gateway(
        'one',
        '{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com], tls: {httpsRedirect: true}}',
      ),
      gateway('two', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [b.example.com]}'),
    ],
  ],
  [
    'two that pass through present no certificate',
    [
      gateway('one', server('a.example.com', 'mode: PASSTHROUGH')),
      gateway('two', server('b.example.com', 'mode: PASSTHROUGH')),
    ],
  ],
  [
    'one that passes through, and one that presents a certificate',
    [
      gateway('one', server('a.example.com', 'mode: PASSTHROUGH')),
      gateway('two', server('b.example.com', 'mode: SIMPLE, serverCertificate: /c, privateKey: /k')),
    ],
  ],
  [
    'the same certificate from files is one',
    [
      gateway('one', server('a.example.com', 'mode: SIMPLE, serverCertificate: /c, privateKey: /k')),
      gateway('two', server('b.example.com', 'mode: SIMPLE, serverCertificate: /c, privateKey: /k')),
    ],
    ['IST0138 Gateway/edge/one', 'IST0138 Gateway/edge/two'],
  ],
  [
    'one host of two for pods that are not there',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com]}', 'istio: gone'),
      gateway('two', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com]}', 'istio: gone'),
    ],
    ['IST0101 Gateway/edge/one', 'IST0101 Gateway/edge/two', 'IST0145 Gateway/edge/one', 'IST0145 Gateway/edge/two'],
  ],
  [
    'one host at two addresses of the proxy',
    [
      gateway('one', `{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com], bind: 10.0.0.1}`),
      gateway('two', `{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com], bind: 10.0.0.2}`),
    ],
  ],
  [
    'hosts by namespace are other hosts',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop/a.example.com]}'),
      gateway('two', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [out/a.example.com]}'),
    ],
  ],
  [
    'a port that a Service has only in front of a named one',
    [gateway('one', server('a.example.com', 'mode: PASSTHROUGH'))],
  ],
  [
    'a port that is on no Service',
    [gateway('one', server('a.example.com', 'mode: PASSTHROUGH', 9443))],
    ['IST0162 Gateway/edge/one'],
  ],
  [
    'a port of a Service without a selector, which is for every pod of its namespace to istioctl',
    [
      gateway('one', server('a.example.com', 'mode: PASSTHROUGH', 9443)),
      service('edge/by-hand', 'ports: [{name: https, port: 9443}]'),
    ],
  ],
  [
    'a port of a Service without a selector, in another namespace',
    [
      gateway('one', server('a.example.com', 'mode: PASSTHROUGH', 9443)),
      service('shop/by-hand', 'ports: [{name: https, port: 9443}]'),
    ],
    ['IST0162 Gateway/edge/one'],
  ],
]);

table('VirtualServices and their gateways', [
  [
    'a wildcard host at a gateway with a narrower host',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["a.example.com"]}'),
      route(`hosts: ["*.example.com"], gateways: [edge/one], ${toWeb}`),
    ],
  ],
  [
    'a host that the gateway keeps for another namespace',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["out/a.example.com"]}'),
      route(`hosts: [a.example.com], gateways: [edge/one], ${toWeb}`),
    ],
    ['IST0132 VirtualService/shop/web'],
  ],
  [
    'a gateway of the Gateway API without a hostname',
    [
      config(
        'KubernetesGateway',
        'shop/kube',
        'gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]',
      ),
      route(`hosts: [a.example.com], gateways: [kube], ${toWeb}`),
    ],
  ],
  [
    'a delegate, which has neither hosts nor gateways',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}'),
      route(
        'hosts: [a.example.com], gateways: [edge/one], http: [{match: [{uri: {prefix: /cart}}], delegate: {name: cart}}]',
      ),
      route('http: [{match: [{uri: {prefix: /cart/v2}}], route: [{destination: {host: web}}]}]', 'cart'),
    ],
  ],
  [
    'one host for the mesh and for a gateway, in two objects',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: [web.shop.svc.cluster.local]}'),
      route(`hosts: [web], ${toWeb}`),
      route(`hosts: [web.shop.svc.cluster.local], gateways: [edge/one], ${toWeb}`, 'edge'),
    ],
  ],
  [
    'one host by its short and by its whole name is one host',
    [route(`hosts: [web], ${toWeb}`), route(`hosts: [web.shop.svc.cluster.local], ${toWeb}`, 'other')],
    ['IST0109 VirtualService/shop/other', 'IST0109 VirtualService/shop/web'],
  ],
  [
    'a short name means a host of its own in each namespace',
    [
      route(`hosts: [web], ${toWeb}`),
      config(
        'VirtualService',
        'out/web',
        'hosts: [web], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]',
      ),
    ],
  ],
]);

table('destinations', [
  [
    'the same service by three names',
    [
      route(
        'hosts: [web], http: [{route: [{destination: {host: web}, weight: 50}, {destination: {host: web.shop.svc.cluster.local}, weight: 50}], mirrors: [{destination: {host: web}, percentage: {value: 5}}]}]',
      ),
    ],
  ],
  [
    'half a name is a host of its own, which nobody has',
    [route('hosts: [web], http: [{route: [{destination: {host: web.shop}}]}]')],
    ['IST0101 VirtualService/shop/web'],
  ],
  [
    'a headless service of one port, by tcp',
    [
      service('shop/db', 'clusterIP: None, selector: {app: db}, ports: [{name: tcp, port: 5432}]'),
      route('hosts: [db], tcp: [{match: [{port: 5432}], route: [{destination: {host: db}}]}]'),
    ],
  ],
  [
    'two ports, and which is not said, even for a mirror',
    [
      service('shop/two', 'selector: {app: web}, ports: [{name: http, port: 80}, {name: http-b, port: 81}]'),
      route('hosts: [web], http: [{route: [{destination: {host: web}}], mirror: {host: two}}]'),
    ],
    ['IST0112 VirtualService/shop/web'],
  ],
  [
    'a host of a ServiceEntry by tls, with a wildcard',
    [
      entry(`hosts: ["*.example.com"], ${port(443, 'TLS')}, resolution: NONE`),
      route(
        'hosts: ["*.example.com"], tls: [{match: [{port: 443, sniHosts: ["*.example.com"]}], route: [{destination: {host: a.example.com}}]}]',
      ),
    ],
  ],
  [
    'a subset that a rule of another namespace defines by the whole name',
    [
      config(
        'DestinationRule',
        'out/web',
        'host: web.shop.svc.cluster.local, subsets: [{name: v1, labels: {version: v1}}]',
      ),
      route('hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]'),
    ],
  ],
  [
    'a subset that a rule of another namespace defines by the short name is of another service',
    [
      config('DestinationRule', 'out/web', 'host: web, subsets: [{name: v1, labels: {version: v1}}]'),
      route('hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]'),
    ],
    ['IST0101 VirtualService/shop/web', 'IST0174 DestinationRule/out/web'],
  ],
  [
    'an answer or a redirect has no destination',
    [
      route(
        'hosts: [web], http: [{match: [{uri: {exact: /old}}], redirect: {uri: /new}}, {directResponse: {status: 404}}]',
      ),
    ],
  ],
]);

table('DestinationRules', [
  [
    'mesh TLS and none need no authority',
    [
      rule(
        'host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}',
      ),
    ],
  ],
  [
    'certificates from a secret, for workloads that are selected',
    [
      entry(`hosts: [a.example.com], ${port(443, 'TLS')}, resolution: DNS`),
      rule(
        'host: a.example.com, workloadSelector: {matchLabels: {app: web}}, trafficPolicy: {tls: {mode: SIMPLE, credentialName: c}}',
      ),
    ],
  ],
  [
    'certificates from a secret, for everybody',
    [
      entry(`hosts: [a.example.com], ${port(443, 'TLS')}, resolution: DNS`),
      rule('host: a.example.com, trafficPolicy: {tls: {mode: SIMPLE, credentialName: c}}'),
    ],
    ['IST0128 DestinationRule/shop/web'],
  ],
  ['a subset without labels is all of the service', [rule('host: web, subsets: [{name: all}]')]],
  [
    'a wildcard means no service for istioctl',
    [rule('host: "*.shop.svc.cluster.local"')],
    ['IST0174 DestinationRule/shop/web'],
  ],
]);

table('ServiceEntries', [
  [
    'protocols that tell the host by themselves need no address',
    [
      entry(
        `hosts: [a.example.com], ports: [{number: 80, name: http, protocol: HTTP}, {number: 443, name: tls, protocol: TLS}, {number: 90, name: grpc, protocol: GRPC}], resolution: DNS`,
      ),
    ],
  ],
  [
    'tcp without an address, in any case',
    [entry(`hosts: [a.example.com], ${port(90, 'tcp')}, resolution: DNS`)],
    ['IST0134 ServiceEntry/shop/ext'],
  ],
  [
    'tcp without an address that istiod has given one',
    [
      `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: ext, namespace: shop}, spec: {hosts: [a.example.com], ${port(90, 'TCP')}, resolution: DNS}, status: {addresses: [{value: 240.240.0.1}]}}`,
    ],
  ],
  [
    'machines: a selector, and WorkloadEntries',
    [
      entry(
        `hosts: [vm.example.com], ${port(80, 'HTTP')}, location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {app: vm}}`,
      ),
      config('WorkloadEntry', 'shop/vm', 'address: 10.9.9.9, labels: {app: vm}, serviceAccount: vm'),
      config('PeerAuthentication', 'shop/vm', 'selector: {matchLabels: {app: vm}}, mtls: {mode: STRICT}'),
    ],
  ],
]);

table('port names', [
  [
    'Kubernetes’ own words as appProtocol',
    [
      service(
        'shop/words',
        'selector: {app: web}, ports: [{name: a, port: 81, appProtocol: kubernetes.io/h2c}, {name: b, port: 82, appProtocol: kubernetes.io/ws}, {name: c, port: 83, appProtocol: kubernetes.io/wss}]',
      ),
    ],
  ],
  [
    'somebody else’s words',
    [service('shop/words', 'selector: {app: web}, ports: [{name: a, port: 81, appProtocol: example.com/x}]')],
    ['IST0118 Service/shop/words'],
  ],
  [
    'appProtocol counts, whatever the name',
    [service('shop/words', 'selector: {app: web}, ports: [{name: http, port: 81, appProtocol: fancy}]')],
    ['IST0118 Service/shop/words'],
  ],
  [
    'names in any case, grpc-web, UDP and ports that everybody knows',
    [
      service(
        'shop/words',
        'selector: {app: web}, ports: [{name: HTTP-a, port: 81}, {name: grpc-web-b, port: 82}, {name: x, port: 83, protocol: UDP}, {name: y, port: 3306}]',
      ),
    ],
  ],
  [
    'a protocol without its dash',
    [service('shop/words', 'selector: {app: web}, ports: [{name: httpweb, port: 81}]')],
    ['IST0118 Service/shop/words'],
  ],
  ['an ExternalName without ports', [service('shop/ext', 'type: ExternalName, externalName: a.example.com')]],
]);

table('injection', [
  [
    'a native sidecar is a proxy',
    [
      pod('shop/native', 'app: n', {
        spec: 'containers: [{name: app, image: a}], initContainers: [{name: istio-proxy, image: proxyv2, restartPolicy: Always}]',
      }),
    ],
  ],
  [
    'a pod that refuses, by label or by annotation, and one of the node’s network',
    [
      pod('shop/a', 'sidecar.istio.io/inject: "false"', { spec: 'containers: [{name: app, image: a}]' }),
      pod('shop/c', 'app: c', { spec: 'hostNetwork: true, containers: [{name: app, image: a}]' }),
    ],
  ],
  [
    'a namespace by revision alone is not looked at',
    [pod('edge/job', 'app: job', { spec: 'containers: [{name: app, image: a}]' })],
  ],
  ['ambient pods have none', [pod('calm/web', 'app: web', { spec: 'containers: [{name: app, image: a}]' })]],
  [
    'two ways at once',
    [namespace('both', 'istio-injection: enabled, istio.io/dataplane-mode: ambient')],
    ['IST0123 Namespace/both'],
  ],
  ['none', [namespace('none', 'team: a')], ['IST0102 Namespace/none']],
]);

table('policies', [
  [
    'for a gateway by reference',
    [
      config(
        'KubernetesGateway',
        'shop/kube',
        'gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]',
      ),
      pod('shop/kube-1', 'gateway.networking.k8s.io/gateway-name: kube, app: kube'),
      config(
        'AuthorizationPolicy',
        'shop/kube',
        'targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: kube}], rules: [{}]',
      ),
      config(
        'Telemetry',
        'shop/kube',
        'targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: kube}], tracing: [{randomSamplingPercentage: 1}]',
      ),
    ],
  ],
  [
    'for a gateway by selector',
    [
      pod('shop/kube-1', 'gateway.networking.k8s.io/gateway-name: kube, app: kube'),
      config('AuthorizationPolicy', 'shop/kube', 'selector: {matchLabels: {app: kube}}, rules: [{}]'),
    ],
    ['IST0166 AuthorizationPolicy/shop/kube'],
  ],
  [
    'one Telemetry for the namespace, one for some pods, one for a service, which counts as for the namespace',
    [
      config('Telemetry', 'shop/all', 'tracing: [{randomSamplingPercentage: 1}]'),
      config('Telemetry', 'shop/web', 'selector: {matchLabels: {app: web}}, accessLogging: [{disabled: true}]'),
      config(
        'Telemetry',
        'shop/ref',
        'targetRefs: [{kind: Service, group: "", name: web}], tracing: [{randomSamplingPercentage: 1}]',
      ),
    ],
    ['IST0160 Telemetry/shop/all', 'IST0160 Telemetry/shop/ref'],
  ],
  [
    'two Telemetries of which one has a selector that asks for nothing',
    [
      config('Telemetry', 'shop/all', 'tracing: [{randomSamplingPercentage: 1}]'),
      config('Telemetry', 'shop/empty', 'selector: {}, tracing: [{randomSamplingPercentage: 1}]'),
    ],
    ['IST0133 Telemetry/shop/empty'],
  ],
  [
    'of namespaces with a star at one end',
    [
      config(
        'AuthorizationPolicy',
        'shop/from',
        'rules: [{from: [{source: {namespaces: [ed*, "*ge", "*"], notNamespaces: [out]}}]}]',
      ),
    ],
  ],
  [
    'of namespaces in another case: whole names alone are the same',
    [config('AuthorizationPolicy', 'shop/from', 'rules: [{from: [{source: {namespaces: [EDGE]}}]}]')],
  ],
  [
    'of namespaces in another case, with a star',
    [config('AuthorizationPolicy', 'shop/from', 'rules: [{from: [{source: {namespaces: [ED*]}}]}]')],
    ['IST0101 AuthorizationPolicy/shop/from'],
  ],
  [
    'of a namespace that is not there',
    [config('AuthorizationPolicy', 'shop/from', 'rules: [{from: [{source: {notNamespaces: [gone]}}]}]')],
    ['IST0101 AuthorizationPolicy/shop/from'],
  ],
  [
    'for all of the mesh, from the root namespace',
    [
      namespace('istio-system', 'a: b'),
      config('AuthorizationPolicy', 'istio-system/all', 'rules: [{}]'),
      config('PeerAuthentication', 'istio-system/default', 'mtls: {mode: STRICT}'),
    ],
  ],
  [
    'tokens for the gateway’s pods, from the root namespace',
    [
      namespace('istio-system', 'a: b'),
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}'),
      config(
        'RequestAuthentication',
        'istio-system/jwt',
        'jwtRules: [{issuer: a, jwksUri: "https://a.example.com/keys"}]',
      ),
      route(
        'hosts: [a.example.com], gateways: [edge/one], http: [{match: [{headers: {"@request.auth.claims[group]": {exact: x}}}], route: [{destination: {host: web}}]}]',
      ),
    ],
  ],
  [
    'tokens that are looked at elsewhere',
    [
      gateway('one', '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}'),
      config('RequestAuthentication', 'shop/jwt', 'jwtRules: [{issuer: a, jwksUri: "https://a.example.com/keys"}]'),
      route(
        'hosts: [a.example.com], gateways: [edge/one], http: [{match: [{headers: {"@request.auth.claims.group": {exact: x}}}], route: [{destination: {host: web}}]}]',
      ),
    ],
    ['IST0149 VirtualService/shop/web'],
  ],
]);

table('EnvoyFilters', [
  [
    'an order by priority',
    [
      config(
        'EnvoyFilter',
        'shop/f',
        'priority: -5, configPatches: [{applyTo: HTTP_FILTER, match: {context: SIDECAR_INBOUND}, patch: {operation: INSERT_BEFORE, value: {name: x}}}]',
      ),
    ],
    ['IST0133 EnvoyFilter/shop/f'],
  ],
  [
    'none',
    [
      config(
        'EnvoyFilter',
        'shop/f',
        'configPatches: [{applyTo: HTTP_FILTER, match: {context: SIDECAR_INBOUND}, patch: {operation: INSERT_BEFORE, value: {name: x}}}]',
      ),
    ],
    ['IST0133 EnvoyFilter/shop/f', 'IST0151 EnvoyFilter/shop/f'],
  ],
  [
    'a merge has no order',
    [
      config(
        'EnvoyFilter',
        'shop/f',
        'configPatches: [{applyTo: CLUSTER, match: {cluster: {service: web.shop.svc.cluster.local}}, patch: {operation: MERGE, value: {connect_timeout: 1s}}}]',
      ),
    ],
    ['IST0133 EnvoyFilter/shop/f'],
  ],
]);

table('annotations', [
  [
    'of Istio’s and of others',
    [
      pod('shop/a', 'app: a', {
        annotations:
          'sidecar.istio.io/statsCompression: gzip, sidecar.istio.io/proxyCPU: 100m, traffic.sidecar.istio.io/includeInboundPorts: "*", example.com/istio.io: x, prometheus.io/scrape: "true"',
      }),
      service(
        'shop/b',
        'selector: {app: web}, ports: [{name: http, port: 80}]',
        'annotations: {networking.istio.io/traffic-distribution: PreferClose, networking.istio.io/exportTo: "."}',
      ),
    ],
  ],
  [
    'of a pod on its Deployment',
    [
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop, annotations: {proxy.istio.io/config: "{}"}}, spec: {template: {metadata: {labels: {app: d}}, spec: {containers: [{name: app, image: a}]}}}}',
    ],
    ['IST0107 Deployment/shop/d'],
  ],
]);

table('matches in their order', [
  [
    'the longer prefix first',
    [
      route(
        'hosts: [web], http: [{match: [{uri: {prefix: /a/b}}], route: [{destination: {host: web}}]}, {match: [{uri: {prefix: /a}}], route: [{destination: {host: web}}]}, {route: [{destination: {host: web}}]}]',
      ),
    ],
  ],
  [
    'the same path told apart by method, header or port',
    [
      route(
        'hosts: [web], http: [{match: [{uri: {prefix: /a}, method: {exact: POST}}, {uri: {prefix: /a}, headers: {x: {exact: y}}}, {uri: {prefix: /a}, port: 8080}], route: [{destination: {host: web}}]}, {route: [{destination: {host: web}}]}]',
      ),
    ],
  ],
  [
    'the shorter prefix first',
    [
      route(
        'hosts: [web], http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: web}}]}, {match: [{uri: {prefix: /a/b}}], route: [{destination: {host: web}}]}]',
      ),
    ],
    ['IST0131 VirtualService/shop/web'],
  ],
  [
    'after a rule without a match',
    [
      route(
        'hosts: [web], http: [{route: [{destination: {host: web}}]}, {match: [{uri: {prefix: /a}}], route: [{destination: {host: web}}]}]',
      ),
    ],
    ['IST0130 VirtualService/shop/web'],
  ],
]);
