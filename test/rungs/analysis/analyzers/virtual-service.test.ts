import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { config, namespace, pod, saidOf, service } from '../../../support/analysis-cases.ts';

const WEB = service('shop/web', 'ports: [{name: http, port: 80}]');
const SHOP = namespace('shop');
const EDGE = pod('infra/edge-1', 'istio: edge');
const VS = 'VirtualService/shop/web';

function vs(spec: string, place = 'shop/web'): string {
  return config('VirtualService', place, spec);
}

interface Case {
  readonly what: string;
  readonly objects: readonly string[];
  readonly said: readonly string[];
}

function table(codes: readonly string[], cases: readonly Case[]): void {
  for (const { what, objects, said } of cases) {
    test(what, () => assert.deepEqual(saidOf(codes, [SHOP, EDGE, ...objects]), said));
  }
}

const to = (host: string): string => `hosts: [web], http: [{route: [{destination: {host: ${host}}}]}]`;

describe('destinations of a VirtualService', () => {
  table(
    ['IST0101'],
    [
      { what: 'a service of its own namespace, by its short name', objects: [WEB, vs(to('web'))], said: [] },
      { what: 'a service by its whole name', objects: [WEB, vs(to('web.shop.svc.cluster.local'))], said: [] },
      { what: 'a name with a dot is not completed', objects: [WEB, vs(to('web.shop'))], said: [`IST0101 ${VS}`] },
      {
        what: 'a short name means its own namespace',
        objects: [WEB, vs(to('web'), 'blog/web')],
        said: ['IST0101 VirtualService/blog/web'],
      },
      { what: 'nobody has the host', objects: [WEB, vs(to('webb'))], said: [`IST0101 ${VS}`] },
      {
        what: 'a ServiceEntry has it, by a wildcard too',
        objects: [
          config(
            'ServiceEntry',
            'shop/ext',
            'hosts: ["*.example.com"], ports: [{number: 80, name: http, protocol: HTTP}]',
          ),
          vs(to('api.example.com')),
        ],
        said: [],
      },
      {
        what: 'a ServiceEntry of another namespace that keeps it to itself',
        objects: [
          config(
            'ServiceEntry',
            'blog/ext',
            'hosts: [a.example.com], exportTo: ["."], ports: [{number: 80, name: http, protocol: HTTP}]',
          ),
          vs(to('a.example.com')),
        ],
        said: [`IST0101 ${VS}`],
      },
      {
        what: 'a ServiceEntry of another namespace exported to this one',
        objects: [
          config(
            'ServiceEntry',
            'blog/ext',
            'hosts: [a.example.com], exportTo: [shop], ports: [{number: 80, name: http, protocol: HTTP}]',
          ),
          vs(to('a.example.com')),
        ],
        said: [],
      },
      {
        what: 'a service that is exported to nobody else',
        objects: [
          service('blog/cms', 'ports: [{port: 80}]', 'annotations: {networking.istio.io/exportTo: "."}'),
          vs(to('cms.blog.svc.cluster.local')),
        ],
        said: [`IST0101 ${VS}`],
      },
      {
        what: 'hosts of tcp, tls and mirrors',
        objects: [
          WEB,
          vs('hosts: [web], http: [{route: [{destination: {host: web}}], mirror: {host: gone}}]'),
          vs('hosts: [t], tcp: [{route: [{destination: {host: gone}}]}]', 'shop/t'),
          vs(
            'hosts: [s.example.com], tls: [{match: [{sniHosts: [s.example.com]}], route: [{destination: {host: gone}}]}]',
            'shop/s',
          ),
          vs(
            'hosts: [m], http: [{route: [{destination: {host: web}}], mirrors: [{destination: {host: gone}}]}]',
            'shop/m',
          ),
        ],
        said: [
          'IST0101 VirtualService/shop/m',
          'IST0101 VirtualService/shop/s',
          'IST0101 VirtualService/shop/t',
          `IST0101 ${VS}`,
        ],
      },
    ],
  );
});

const TWO_PORTS = service('shop/web', 'ports: [{name: http, port: 80}, {name: http-admin, port: 81}]');

describe('ports of destinations', () => {
  table(
    ['IST0101', 'IST0112'],
    [
      {
        what: 'one of two, said',
        objects: [TWO_PORTS, vs('hosts: [web], http: [{route: [{destination: {host: web, port: {number: 81}}}]}]')],
        said: [],
      },
      { what: 'one of two, not said', objects: [TWO_PORTS, vs(to('web'))], said: [`IST0112 ${VS}`] },
      { what: 'the only one need not be said', objects: [WEB, vs(to('web'))], said: [] },
      {
        what: 'one that it lacks',
        objects: [TWO_PORTS, vs('hosts: [web], http: [{route: [{destination: {host: web, port: {number: 8080}}}]}]')],
        said: [`IST0101 ${VS}`],
      },
      {
        what: 'not said of a mirror',
        objects: [
          TWO_PORTS,
          vs('hosts: [web], http: [{route: [{destination: {host: web, port: {number: 80}}}], mirror: {host: web}}]'),
        ],
        said: [`IST0112 ${VS}`],
      },
    ],
  );
});

describe('subsets of destinations', () => {
  const dr = config('DestinationRule', 'shop/web', 'host: web, subsets: [{name: v1, labels: {version: v1}}]');
  const subset = (name: string, host = 'web'): string =>
    `hosts: [web], http: [{route: [{destination: {host: ${host}, subset: ${name}}}]}]`;
  table(
    ['IST0101'],
    [
      { what: 'there is one', objects: [WEB, dr, vs(subset('v1'))], said: [] },
      {
        what: 'there is one, the host written out',
        objects: [WEB, dr, vs(subset('v1', 'web.shop.svc.cluster.local'))],
        said: [],
      },
      { what: 'there is none of that name', objects: [WEB, dr, vs(subset('v9'))], said: [`IST0101 ${VS}`] },
      {
        what: 'there is one, of a rule in another namespace for the same service',
        objects: [
          WEB,
          config('DestinationRule', 'ops/web', 'host: web.shop.svc.cluster.local, subsets: [{name: v1}]'),
          vs(subset('v1')),
        ],
        said: [],
      },
      {
        what: 'a short host of a rule elsewhere is another service',
        objects: [WEB, config('DestinationRule', 'ops/web', 'host: web, subsets: [{name: v1}]'), vs(subset('v1'))],
        said: [`IST0101 ${VS}`],
      },
    ],
  );
});

const GATEWAY = config(
  'Gateway',
  'shop/edge',
  'selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example.com"]}]',
);
const bound = (gateway: string, host = 'a.example.com'): string =>
  `hosts: [${host}], gateways: [${gateway}], http: [{route: [{destination: {host: web}}]}]`;

describe('gateways of a VirtualService', () => {
  const edge = (hosts: string): string =>
    config(
      'Gateway',
      'infra/edge',
      `selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [${hosts}]}]`,
    );
  const http = config(
    'KubernetesGateway',
    'shop/kube',
    'gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 81, hostname: b.example.org}]',
  );
  table(
    ['IST0101', 'IST0132', 'IST0165'],
    [
      { what: 'one of its namespace', objects: [WEB, GATEWAY, vs(bound('edge'))], said: [] },
      {
        what: 'the mesh is none',
        objects: [WEB, vs('hosts: [web], gateways: [mesh], http: [{route: [{destination: {host: web}}]}]')],
        said: [],
      },
      {
        what: 'one that does not exist takes no host either',
        objects: [WEB, vs(bound('edge'))],
        said: [`IST0101 ${VS}`, `IST0132 ${VS}`],
      },
      {
        what: 'a short name means its own namespace',
        objects: [WEB, edge('"*.example.com"'), vs(bound('edge'))],
        said: [`IST0101 ${VS}`, `IST0132 ${VS}`],
      },
      { what: 'one of another namespace', objects: [WEB, edge('"*.example.com"'), vs(bound('infra/edge'))], said: [] },
      {
        what: 'one that has another host',
        objects: [WEB, GATEWAY, vs(bound('edge', 'a.example.org'))],
        said: [`IST0132 ${VS}`],
      },
      {
        what: 'a wildcard host of the VirtualService',
        objects: [WEB, GATEWAY, vs(bound('edge', '"*.com"'))],
        said: [],
      },
      {
        what: 'hosts for this namespace',
        objects: [WEB, edge('"shop/*.example.com"'), vs(bound('infra/edge'))],
        said: [],
      },
      {
        what: 'hosts for another namespace',
        objects: [WEB, edge('"blog/*.example.com"'), vs(bound('infra/edge'))],
        said: [`IST0132 ${VS}`],
      },
      {
        what: 'hosts for the namespace of the gateway alone',
        objects: [WEB, edge('"./*.example.com"'), vs(bound('infra/edge'))],
        said: [`IST0132 ${VS}`],
      },
      { what: 'hosts for any namespace', objects: [WEB, edge('"*/*.example.com"'), vs(bound('infra/edge'))], said: [] },
      { what: 'every host for any namespace', objects: [WEB, edge('"*/*"'), vs(bound('infra/edge'))], said: [] },
      {
        what: 'a gateway of the Gateway API, a listener of which takes all hosts',
        objects: [WEB, http, vs(bound('kube'))],
        said: [],
      },
      {
        what: 'what Istio makes out of a Gateway API object',
        objects: [WEB, vs(bound('shop/kube-istio-autogenerated-k8s-gateway-http'))],
        said: [`IST0165 ${VS}`],
      },
    ],
  );
});

const mesh = (host: string, more = ''): string =>
  `hosts: [${host}], ${more} http: [{route: [{destination: {host: web}}]}]`;

describe('VirtualServices that compete in the mesh', () => {
  const both = ['IST0109 VirtualService/shop/a', 'IST0109 VirtualService/shop/b'];
  table(
    ['IST0109'],
    [
      {
        what: 'one host, two of them',
        objects: [WEB, vs(mesh('web'), 'shop/a'), vs(mesh('web'), 'shop/b')],
        said: both,
      },
      {
        what: 'one host by two of its names',
        objects: [WEB, vs(mesh('web'), 'shop/a'), vs(mesh('web.shop.svc.cluster.local'), 'shop/b')],
        said: both,
      },
      {
        what: 'a short name of two namespaces',
        objects: [WEB, vs(mesh('web'), 'shop/a'), vs(mesh('web'), 'blog/b')],
        said: [],
      },
      {
        what: 'the mesh named, and not named',
        objects: [WEB, vs(mesh('web'), 'shop/a'), vs(mesh('web', 'gateways: [mesh, edge],'), 'shop/b')],
        said: both,
      },
      {
        what: 'one for a gateway alone',
        objects: [WEB, vs(mesh('web'), 'shop/a'), vs(mesh('web', 'gateways: [edge],'), 'shop/b')],
        said: [],
      },
      {
        what: 'each kept to its own namespace',
        objects: [
          WEB,
          vs(mesh('x.example.com', 'exportTo: ["."],'), 'shop/a'),
          vs(mesh('x.example.com', 'exportTo: ["."],'), 'blog/b'),
        ],
        said: [],
      },
      {
        what: 'one kept to a namespace, and one for all of them',
        objects: [WEB, vs(mesh('x.example.com', 'exportTo: ["."],'), 'shop/a'), vs(mesh('x.example.com'), 'blog/b')],
        said: ['IST0109 VirtualService/blog/b', 'IST0109 VirtualService/shop/a'],
      },
      {
        what: 'a wildcard is less than the name itself',
        objects: [WEB, vs(mesh('"*.example.com"'), 'shop/a'), vs(mesh('x.example.com'), 'shop/b')],
        said: [],
      },
      { what: 'a delegate has no hosts', objects: [WEB, vs(mesh(''), 'shop/a'), vs(mesh(''), 'shop/b')], said: [] },
    ],
  );
});

describe('subsets that a gateway does not see', () => {
  const split = 'hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]';
  table(
    ['IST0140'],
    [
      {
        what: 'the gateway goes to the host whole',
        objects: [WEB, vs(split, 'shop/split'), vs(bound('edge'))],
        said: [`IST0140 ${VS}`],
      },
      {
        what: 'the gateway says the subset',
        objects: [WEB, vs(split, 'shop/split'), vs(bound('edge').replace('host: web', 'host: web, subset: v1'))],
        said: [],
      },
      {
        what: 'another name of the host is another host here',
        objects: [
          WEB,
          vs(split, 'shop/split'),
          vs(bound('edge').replace('host: web', 'host: web.shop.svc.cluster.local')),
        ],
        said: [],
      },
      { what: 'nobody divides it', objects: [WEB, vs(to('web'), 'shop/whole'), vs(bound('edge'))], said: [] },
      {
        what: 'divided by one that is not for that host',
        objects: [WEB, vs(split.replace('hosts: [web]', 'hosts: [other]'), 'shop/split'), vs(bound('edge'))],
        said: [],
      },
    ],
  );
});

describe('routes by claims', () => {
  const gateway = config(
    'Gateway',
    'shop/edge',
    'selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]',
  );
  const claims = (name: string): string =>
    `hosts: [a.example.com], gateways: [edge], http: [{match: [{headers: {${name}: {exact: x}}}], route: [{destination: {host: web}}]}]`;
  const jwt = (place: string, labels = ''): string =>
    config('RequestAuthentication', place, `selector: {matchLabels: {${labels}}}, jwtRules: [{issuer: me}]`);
  const objects = [WEB, gateway, vs(claims("'@request.auth.claims.group'"))];
  table(
    ['IST0149'],
    [
      { what: 'nobody verifies', objects, said: [`IST0149 ${VS}`] },
      {
        what: 'in brackets',
        objects: [WEB, gateway, vs(claims("'@request.auth.claims[group]'"))],
        said: [`IST0149 ${VS}`],
      },
      { what: 'another header', objects: [WEB, gateway, vs(claims('x-group'))], said: [] },
      { what: 'verified where the pods are', objects: [...objects, jwt('infra/jwt', 'istio: edge')], said: [] },
      { what: 'verified for the whole mesh', objects: [...objects, jwt('istio-system/jwt')], said: [] },
      {
        what: 'verified for other pods',
        objects: [...objects, jwt('infra/jwt', 'istio: other')],
        said: [`IST0149 ${VS}`],
      },
      {
        what: 'verified in the namespace of the VirtualService, where the pods are not',
        objects: [...objects, jwt('shop/jwt', 'istio: edge')],
        said: [`IST0149 ${VS}`],
      },
    ],
  );
});

describe('rules that are never reached', () => {
  const rules = (...all: readonly string[]): string => `hosts: [web], http: [${all.join(', ')}]`;
  const rule = (match: string): string => `{match: [${match}], route: [{destination: {host: web}}]}`;
  const all = '{route: [{destination: {host: web}}]}';
  const [unreached, ineffective] = [`IST0130 ${VS}`, `IST0131 ${VS}`];
  table(
    ['IST0130', 'IST0131'],
    [
      { what: 'a catch-all at the end', objects: [WEB, vs(rules(rule('{uri: {exact: /a}}'), all))], said: [] },
      { what: 'a catch-all before another', objects: [WEB, vs(rules(all, all))], said: [unreached] },
      {
        what: 'a match after a catch-all',
        objects: [WEB, vs(rules(all, rule('{uri: {exact: /a}}')))],
        said: [unreached],
      },
      {
        what: 'the same match twice makes the second rule useless',
        objects: [WEB, vs(rules(rule('{uri: {exact: /a}}'), rule('{uri: {exact: /a}}')))],
        said: [unreached, ineffective],
      },
      {
        what: 'the same match under another name, in another order',
        objects: [WEB, vs(rules(rule('{name: x, port: 80, uri: {exact: /a}}'), rule('{uri: {exact: /a}, port: 80}')))],
        said: [unreached, ineffective],
      },
      {
        what: 'one of two matches again',
        objects: [WEB, vs(rules(rule('{uri: {exact: /a}}'), rule('{uri: {exact: /a}}, {uri: {exact: /b}}')))],
        said: [ineffective],
      },
      {
        what: 'a prefix under an earlier one',
        objects: [WEB, vs(rules(rule('{uri: {prefix: /a}}'), rule('{uri: {prefix: /a/b}}')))],
        said: [ineffective],
      },
      {
        what: 'the longer prefix first',
        objects: [WEB, vs(rules(rule('{uri: {prefix: /a/b}}'), rule('{uri: {prefix: /a}}')))],
        said: [],
      },
      {
        what: 'a prefix of another port',
        objects: [WEB, vs(rules(rule('{uri: {prefix: /a}, port: 80}'), rule('{uri: {prefix: /a/b}, port: 81}')))],
        said: [],
      },
      {
        what: 'a prefix of another method',
        objects: [WEB, vs(rules(rule('{uri: {prefix: /a}, method: {exact: POST}}'), rule('{uri: {prefix: /a/b}}')))],
        said: [],
      },
      {
        what: 'no method is GET, as for istioctl',
        objects: [WEB, vs(rules(rule('{uri: {prefix: /a}}'), rule('{uri: {prefix: /a/b}, method: {exact: GET}}')))],
        said: [ineffective],
      },
      {
        what: 'a prefix with other headers',
        objects: [
          WEB,
          vs(rules(rule('{uri: {prefix: /a}, headers: {x: {exact: "1"}}}'), rule('{uri: {prefix: /a/b}}'))),
        ],
        said: [],
      },
      {
        what: 'a prefix with the same headers',
        objects: [
          WEB,
          vs(
            rules(
              rule('{uri: {prefix: /a}, headers: {x: {exact: "1"}}}'),
              rule('{uri: {prefix: /a/b}, headers: {x: {exact: "1"}}}'),
            ),
          ),
        ],
        said: [ineffective],
      },
      {
        what: 'tcp rules',
        objects: [
          WEB,
          vs(
            'hosts: [web], tcp: [{route: [{destination: {host: web}}]}, {match: [{port: 1}], route: [{destination: {host: web}}]}]',
          ),
        ],
        said: [unreached],
      },
    ],
  );
});

describe('other faults of a VirtualService', () => {
  const root = (name: string): string => `hosts: [web], http: [{match: [{uri: {prefix: /a}}], delegate: {${name}}}]`;
  table(
    ['ML0005', 'IST0002'],
    [
      { what: 'a delegate that is not there', objects: [WEB, vs(root('name: gone'))], said: [`ML0005 ${VS}`] },
      {
        what: 'a delegate of its namespace',
        objects: [WEB, vs(root('name: d')), vs('http: [{route: [{destination: {host: web}}]}]', 'shop/d')],
        said: [],
      },
      {
        what: 'a delegate of another namespace',
        objects: [
          WEB,
          vs(root('name: d, namespace: blog')),
          vs('http: [{route: [{destination: {host: web}}]}]', 'shop/d'),
        ],
        said: [`ML0005 ${VS}`],
      },
      {
        what: 'a delay by a whole percent',
        objects: [
          WEB,
          vs(
            'hosts: [web], http: [{fault: {delay: {percent: 5, fixedDelay: 1s}}, route: [{destination: {host: web}}]}]',
          ),
        ],
        said: [`IST0002 ${VS}`],
      },
      {
        what: 'a delay by percentage',
        objects: [
          WEB,
          vs(
            'hosts: [web], http: [{fault: {delay: {percentage: {value: 5}, fixedDelay: 1s}}, route: [{destination: {host: web}}]}]',
          ),
        ],
        said: [],
      },
    ],
  );
});
