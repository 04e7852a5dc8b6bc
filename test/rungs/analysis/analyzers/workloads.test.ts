import { config, namespace, pod, service } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const SHOP = namespace('shop');

const deployment = (labels = 'app: a', { meta = '', spec = '' } = {}): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop, ${meta}}, spec: {template: {metadata: {labels: {${labels}}}, spec: {${spec} containers: [{name: app, image: a}]}}}}`;
const A = 'Deployment/shop/a';
const ports = (name: string, list: string, selector = 'app: a'): string =>
  service(`shop/${name}`, `selector: {${selector}}, ports: [${list}]`);

analysisTable(
  'services of one Deployment',
  ['IST0116', 'IST0137'],
  [
    ['one', [SHOP, deployment(), ports('x', '{name: http, port: 80, targetPort: 8080}')], []],
    [
      'one port by two protocols',
      [
        SHOP,
        deployment(),
        ports('x', '{name: dns, port: 53, protocol: UDP, targetPort: 53}'),
        ports('y', '{name: dns-tcp, port: 53, targetPort: 53}'),
      ],
      [`IST0116 ${A}`],
    ],
    [
      'one port by two names is one protocol',
      [SHOP, deployment(), ports('x', '{name: http, port: 80}'), ports('y', '{name: tcp, port: 80}')],
      [],
    ],
    [
      'one target by two ports',
      [
        SHOP,
        deployment(),
        ports('x', '{name: http, port: 80, targetPort: 8080}'),
        ports('y', '{name: http, port: 81, targetPort: 8080}'),
      ],
      [`IST0137 ${A}`],
    ],
    [
      'no target is the port itself',
      [
        SHOP,
        deployment(),
        ports('x', '{name: http, port: 8080}'),
        ports('y', '{name: http, port: 80, targetPort: 8080}'),
      ],
      [`IST0137 ${A}`],
    ],
    [
      'one service with both',
      [
        SHOP,
        deployment(),
        ports('x', '{name: http, port: 80, targetPort: 8080}, {name: http-b, port: 81, targetPort: 8080}'),
      ],
      [`IST0137 ${A}`],
    ],
    [
      'of other pods',
      [
        SHOP,
        deployment(),
        ports('x', '{name: http, port: 80, targetPort: 8080}'),
        ports('y', '{name: http, port: 81, targetPort: 8080}', 'app: b'),
      ],
      [],
    ],
    [
      'outside of the mesh',
      [
        namespace('shop', ''),
        deployment(),
        ports('x', '{name: http, port: 80, targetPort: 8080}'),
        ports('y', '{name: http, port: 81, targetPort: 8080}'),
      ],
      [],
    ],
    [
      'of a waypoint',
      [
        SHOP,
        deployment('app: a', { meta: 'labels: {gateway.istio.io/managed: istio.io-mesh-controller}' }),
        ports('x', '{name: http, port: 80, targetPort: 8080}'),
        ports('y', '{name: http, port: 81, targetPort: 8080}'),
      ],
      [],
    ],
  ],
);

const port = (spec: string, metadata = '', type = 'ClusterIP'): string =>
  service('shop/web', `type: ${type}, ports: [{${spec}}]`, metadata);
const [unnamed, external] = ['IST0118 Service/shop/web', 'IST0150 Service/shop/web'];

analysisTable(
  'names of ports',
  ['IST0118', 'IST0150'],
  [
    ['a protocol', [SHOP, port('name: http, port: 80')], []],
    ['a protocol with more behind it', [SHOP, port('name: grpc-web-api, port: 80')], []],
    ['in capitals', [SHOP, port('name: HTTP-api, port: 80')], []],
    ['something else', [SHOP, port('name: web, port: 80')], [unnamed]],
    ['a protocol and more without a hyphen', [SHOP, port('name: httpapi, port: 80')], [unnamed]],
    ['none', [SHOP, port('port: 80')], [unnamed]],
    ['UDP needs none', [SHOP, port('name: x, port: 80, protocol: UDP')], []],
    ['by appProtocol', [SHOP, port('name: web, port: 80, appProtocol: http')], []],
    [
      'appProtocol is asked before the name',
      [SHOP, port('name: http, port: 80, appProtocol: example.com/ws')],
      [unnamed],
    ],
    ['a number that everybody knows', [SHOP, port('name: db, port: 3306')], []],
    ['of Istio itself', [SHOP, port('name: web, port: 80', 'labels: {istio: pilot}')], []],
    [
      'of a gateway that Istio made',
      [SHOP, port('name: web, port: 80', 'labels: {gateway.istio.io/managed: istio.io-gateway-controller}')],
      [],
    ],
    ['of an ExternalName', [SHOP, port('name: web, port: 80', '', 'ExternalName')], [external]],
    ['plain TCP of an ExternalName', [SHOP, port('name: tcp, port: 80', '', 'ExternalName')], [external]],
    ['TCP with more behind it of an ExternalName', [SHOP, port('name: tcp-x, port: 80', '', 'ExternalName')], []],
  ],
);

const user = (spec: string): string => pod('shop/a', 'app: a', { spec });

analysisTable(
  'the proxy’s user',
  ['IST0144'],
  [
    [
      'of the pod',
      [SHOP, user('securityContext: {runAsUser: 1337}, containers: [{name: app, image: a}]')],
      ['IST0144 Pod/shop/a'],
    ],
    [
      'of a container',
      [SHOP, user('containers: [{name: app, image: a, securityContext: {runAsUser: 1337}}]')],
      ['IST0144 Pod/shop/a'],
    ],
    [
      'of the proxy',
      [SHOP, user('containers: [{name: istio-proxy, image: a, securityContext: {runAsUser: 1337}}]')],
      [],
    ],
    ['another user', [SHOP, user('securityContext: {runAsUser: 1000}, containers: [{name: app, image: a}]')], []],
    [
      'of a Deployment',
      [SHOP, deployment('app: a', { spec: 'securityContext: {runAsUser: 1337},' })],
      [`IST0144 ${A}`],
    ],
    [
      'of Istio’s own pods',
      [SHOP, pod('shop/a', 'istio: x', { spec: 'securityContext: {runAsUser: 1337}, containers: []' })],
      [],
    ],
  ],
);

const istiod = (env: string): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: istio-system, labels: {app: istiod}}, spec: {template: {spec: {containers: [{name: discovery, env: [${env}]}]}}}}`;
const JWT = config('RequestAuthentication', 'shop/jwt', 'jwtRules: [{issuer: me}]');

analysisTable(
  'keys fetched by istiod',
  ['IST0175'],
  [
    ['nobody asks for any', [istiod('')], []],
    ['from anywhere', [istiod(''), JWT], ['IST0175 Deployment/istio-system/istiod']],
    ['not from some addresses', [istiod('{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8}'), JWT], []],
    [
      'with the variable empty',
      [istiod('{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: ""}'), JWT],
      ['IST0175 Deployment/istio-system/istiod'],
    ],
  ],
);

analysisTable(
  'annotations',
  ['IST0107', 'IST0108', 'IST0125', 'IST0135'],
  [
    ['of a pod', [SHOP, pod('shop/a', 'app: a', { annotations: 'sidecar.istio.io/proxyCPU: 100m' })], []],
    [
      'of nobody',
      [SHOP, pod('shop/a', 'app: a', { annotations: 'sidecar.istio.io/proxyCpu: 100m' })],
      ['IST0108 Pod/shop/a'],
    ],
    ['of another project', [SHOP, pod('shop/a', 'app: a', { annotations: 'example.com/x: y' })], []],
    [
      'of a pod on a service',
      [SHOP, service('shop/web', 'ports: []', 'annotations: {sidecar.istio.io/proxyCPU: 100m}')],
      ['IST0107 Service/shop/web'],
    ],
    [
      'of a pod on its Deployment',
      [SHOP, deployment('app: a', { meta: 'annotations: {sidecar.istio.io/proxyCPU: 100m}' })],
      [`IST0107 ${A}`],
    ],
    [
      'an ingress class, where there is no ingress',
      [SHOP, service('shop/web', 'ports: []', 'annotations: {kubernetes.io/ingress.class: istio}')],
      ['IST0107 Service/shop/web'],
    ],
    [
      'for any kind',
      [SHOP, service('shop/web', 'ports: []', 'annotations: {galley.istio.io/analyze-suppress: IST0118}')],
      [],
    ],
    [
      'old',
      [SHOP, pod('shop/a', 'app: a', { annotations: 'sidecar.istio.io/statsInclusionPrefixes: x' })],
      ['IST0135 Pod/shop/a'],
    ],
    [
      'old, and beside the label that took its place',
      [SHOP, pod('shop/a', 'sidecar.istio.io/inject: "true"', { annotations: 'sidecar.istio.io/inject: "true"' })],
      [],
    ],
    [
      'old, without that label',
      [SHOP, pod('shop/a', 'app: a', { annotations: 'sidecar.istio.io/inject: "true"' })],
      ['IST0135 Pod/shop/a'],
    ],
    ...[
      ['sidecar.istio.io/interceptionMode: REDIRECT', true],
      ['sidecar.istio.io/interceptionMode: redirect', false],
      ['status.sidecar.istio.io/port: "15020"', true],
      ['status.sidecar.istio.io/port: "70000"', false],
      ['readiness.status.sidecar.istio.io/periodSeconds: "2"', true],
      ['readiness.status.sidecar.istio.io/periodSeconds: 2s', false],
      ['traffic.sidecar.istio.io/includeInboundPorts: "*"', true],
      ['traffic.sidecar.istio.io/excludeInboundPorts: "80,81"', true],
      ['traffic.sidecar.istio.io/excludeInboundPorts: "80,http"', false],
      ['traffic.sidecar.istio.io/includeOutboundIPRanges: 10.0.0.0/8', true],
      ['traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.0/40', false],
      ['prometheus.istio.io/merge-metrics: "yes"', false],
    ].map(
      ([annotation, isGood]) =>
        [
          `${annotation}`,
          [SHOP, pod('shop/a', 'app: a', { annotations: `${annotation}` })],
          isGood ? [] : ['IST0125 Pod/shop/a'],
        ] as const,
    ),
  ],
);

const entry = (status: string): string =>
  `${config('ServiceEntry', 'shop/e', 'hosts: [a.example.com], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]').slice(0, -1)}, status: {${status}}}`;
const route = (status: string): string => `${config('HTTPRoute', 'shop/r', '').slice(0, -1)}, status: {${status}}}`;
const authz = (status: string): string =>
  `${config('AuthorizationPolicy', 'shop/p', '').slice(0, -1)}, status: {${status}}}`;

analysisTable(
  'conditions',
  ['IST0171'],
  [
    ['bound', [SHOP, entry('conditions: [{type: istio.io/WaypointBound, status: "True"}]')], []],
    [
      'not bound',
      [SHOP, entry('conditions: [{type: istio.io/WaypointBound, status: "False", reason: r, message: m}]')],
      ['IST0171 ServiceEntry/shop/e'],
    ],
    ['another condition', [SHOP, entry('conditions: [{type: Ready, status: "False"}]')], []],
    [
      'of a service',
      [
        SHOP,
        `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: []}, status: {conditions: [{type: istio.io/WaypointBound, status: "False"}]}}`,
      ],
      ['IST0171 Service/shop/web'],
    ],
    [
      'of a route, by gateway',
      [
        SHOP,
        route(
          'parents: [{conditions: [{type: Accepted, status: "True"}]}, {conditions: [{type: ResolvedRefs, status: "False"}]}]',
        ),
      ],
      ['IST0171 HTTPRoute/shop/r'],
    ],
    [
      'of a policy that a waypoint takes only in part',
      [SHOP, authz('conditions: [{type: WaypointAccepted, status: "True", reason: PartiallyInvalid}]')],
      ['IST0171 AuthorizationPolicy/shop/p'],
    ],
    [
      'of a policy that a ztunnel takes',
      [SHOP, authz('conditions: [{type: ZtunnelAccepted, status: "True", reason: Accepted}]')],
      [],
    ],
  ],
);
