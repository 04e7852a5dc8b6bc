import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CAUSES, findCauses } from '../../../../src/rungs/routes/causes/causes.ts';
import { config, namespace, pod, service } from '../../../support/analysis-cases.ts';
import { type CaseOptions, factsOf } from '../../../support/route-causes.ts';

const SERVICE = service('payment/payment-svc', 'selector: {app: payment-svc}, ports: [{name: http, port: 8080}]');
const RULE = config('DestinationRule', 'payment/payment-svc', 'host: payment-svc, subsets: [{name: v1}, {name: v2}]');
const ROUTE =
  'route: [{destination: {host: payment-svc, subset: v1}, weight: 90}, {destination: {host: payment-svc, subset: v2}, weight: 10}]';

/** The canary of payment-svc; with more fields, or other ones. */
function canary(more = '', http = `{name: canary, ${ROUTE}}`, place = 'payment/canary'): string {
  return config('VirtualService', place, `hosts: [payment-svc.payment.svc.cluster.local], ${more} http: [${http}]`);
}

function plain(host: string, place = 'payment/canary', hosts = host): string {
  return config('VirtualService', place, `hosts: [${hosts}], http: [{route: [{destination: {host: ${host}}}]}]`);
}

function gateway(place: string, hosts: string): string {
  return config(
    'Gateway',
    place,
    `selector: {istio: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [${hosts}]}]`,
  );
}

function egress(hosts: string, place = 'shop/default', more = ''): string {
  return config('Sidecar', place, `${more} egress: [{hosts: [${hosts}]}]`);
}

function httpRoute(spec: string): string {
  return config('HTTPRoute', 'payment/web', `${spec} rules: [{backendRefs: [{name: payment-svc, port: 8080}]}]`);
}

/** A route that is only for requests that match. */
function matching(match: string): string {
  return `{name: canary, match: [${match}], ${ROUTE}}`;
}

const FIRST = '{name: first, route: [{destination: {host: payment-svc, subset: v1}}]}';
function firstFor(match: string): string {
  return `{name: first, match: [${match}], route: [{destination: {host: payment-svc, subset: v1}}]}`;
}

type Case = readonly [
  what: string,
  documents: readonly string[],
  options: CaseOptions,
  /** `certain: …` where it cannot work for anybody, `unknown: …` where it cannot be told. */
  said: string | undefined,
];

const WAYPOINT = config('KubernetesGateway', 'payment/waypoint', 'gatewayClassName: istio-waypoint');
const OUT = config('ServiceEntry', 'payment/out', 'hosts: [api.example.com], ports: [{number: 443, name: tls}]');
const FROM_SHOP: CaseOptions = { past: ['checkout.shop'] };
const SERVICES = 'services could not be read: nobody listens';

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'stale-callers': [
    ['all callers hold what istiod sends', [SERVICE, RULE, canary()], FROM_SHOP, undefined],
    [
      'one does not',
      [SERVICE, RULE, canary()],
      { behind: ['checkout-1.shop STALE'] },
      'checkout-1.shop STALE: it holds old configuration',
    ],
    ['nobody is known to call', [SERVICE, RULE, canary()], {}, undefined],
  ],
  'unknown-host': [
    ['the service is there', [SERVICE, plain('payment-svc')], {}, undefined],
    [
      'a short name in another namespace',
      [SERVICE, namespace('shop'), service('shop/cart', 'ports: [{port: 80}]'), plain('payment-svc', 'shop/canary')],
      {},
      'certain: no Service and no ServiceEntry has the host payment-svc.shop.svc.cluster.local',
    ],
    [
      'a name that Istio does not complete',
      [SERVICE, plain('payment-svc.payment')],
      {},
      'certain: no Service and no ServiceEntry has the host payment-svc.payment',
    ],
    ['an outer host that a ServiceEntry has', [OUT, plain('api.example.com')], {}, undefined],
    [
      'an outer host of its own, routed to a service',
      [SERVICE, plain('payment-svc.payment.svc.cluster.local', 'payment/x', 'shop.example.com')],
      {},
      undefined,
    ],
    [
      'a typo in its own host',
      [SERVICE, plain('payment-svc', 'payment/x', 'paymet-svc')],
      {},
      'certain: no Service and no ServiceEntry has the host paymet-svc.payment.svc.cluster.local',
    ],
    ['any host', [SERVICE, plain('payment-svc', 'payment/x', '"*"')], {}, undefined],
    [
      'it may be where nobody looks',
      [SERVICE, plain('ghost')],
      { isPartial: true },
      'no Service and no ServiceEntry has the host ghost.payment.svc.cluster.local',
    ],
    [
      'a namespace of which nothing is seen',
      [namespace('hidden'), plain('ghost', 'hidden/x')],
      {},
      'no Service and no ServiceEntry has the host ghost.hidden.svc.cluster.local',
    ],
    ['Services cannot be read', [plain('ghost')], { blind: ['services'] }, `unknown: S${SERVICES.slice(1)}`],
    [
      'ServiceEntries cannot be read, and it is none of the Services',
      [SERVICE, plain('api.example.com')],
      { blind: ['serviceentries.networking.istio.io'] },
      'unknown: serviceentries.networking.istio.io could not be read: nobody listens',
    ],
    [
      'ServiceEntries cannot be read, but a Service has it',
      [SERVICE, plain('payment-svc')],
      { blind: ['serviceentries.networking.istio.io'] },
      undefined,
    ],
  ],
  'subset-missing': [
    ['both subsets are defined', [SERVICE, RULE, canary()], {}, undefined],
    [
      'one is not',
      [SERVICE, RULE.replace('{name: v2}', '{name: v3}'), canary()],
      {},
      'certain: subset v2 of payment-svc is in no DestinationRule',
    ],
    ['there is no rule', [SERVICE, canary()], {}, 'certain: subset v1, v2 of payment-svc is in no DestinationRule'],
    [
      'a rule for all hosts has them',
      [SERVICE, RULE.replace('host: payment-svc', 'host: "*.payment.svc.cluster.local"'), canary()],
      {},
      undefined,
    ],
    [
      'what gets nothing need not be there',
      [
        SERVICE,
        RULE,
        canary(
          '',
          '{route: [{destination: {host: payment-svc, subset: v1}, weight: 1}, {destination: {host: payment-svc, subset: v9}, weight: 0}]}',
        ),
      ],
      {},
      undefined,
    ],
    [
      'DestinationRules cannot be read',
      [SERVICE, RULE, canary()],
      { blind: ['destinationrules.networking.istio.io'] },
      'unknown: destinationrules.networking.istio.io could not be read: nobody listens',
    ],
  ],
  'rule-hidden': [
    ["the rule of the service's namespace is for all", [SERVICE, RULE, canary()], FROM_SHOP, undefined],
    [
      'it is for its own namespace alone',
      [SERVICE, RULE.replace('subsets', "exportTo: ['.'], subsets"), canary()],
      FROM_SHOP,
      'DestinationRule payment/payment-svc, which defines subset v1 of payment-svc, is not the one that callers in shop take',
    ],
    [
      'callers of that namespace see it',
      [SERVICE, RULE.replace('subsets', "exportTo: ['.'], subsets"), canary()],
      { past: ['checkout.payment'] },
      undefined,
    ],
    [
      'the callers have a rule of their own, without subsets',
      [SERVICE, RULE, config('DestinationRule', 'shop/own', 'host: payment-svc.payment.svc.cluster.local'), canary()],
      { own: ['checkout.shop'] },
      'DestinationRule payment/payment-svc, which defines subset v1 of payment-svc, is not the one that callers in shop take',
    ],
    [
      'nobody looks for it in a third namespace',
      [
        SERVICE,
        RULE.replace('namespace: payment', 'namespace: other').replace(
          'host: payment-svc',
          'host: payment-svc.payment.svc.cluster.local',
        ),
        canary(),
      ],
      FROM_SHOP,
      'DestinationRule other/payment-svc, which defines subset v1 of payment-svc, is not the one that callers in shop take',
    ],
    [
      'nobody is known to call',
      [SERVICE, RULE.replace('subsets', "exportTo: ['.'], subsets"), canary()],
      {},
      undefined,
    ],
    [
      "the mesh's default is not known",
      [SERVICE, RULE.replace('subsets', "exportTo: ['.'], subsets"), canary()],
      { ...FROM_SHOP, blind: ['meshConfigs'] },
      'unknown: the mesh configuration could not be read: nobody listens',
    ],
  ],
  'not-bound': [
    ['for the mesh, called from the mesh', [SERVICE, RULE, canary()], FROM_SHOP, undefined],
    [
      'for a gateway, called from the mesh',
      [SERVICE, RULE, gateway('payment/edge', "'*'"), canary('gateways: [edge],')],
      FROM_SHOP,
      'it is bound to payment/edge alone, and callers are in the mesh',
    ],
    [
      'for both',
      [SERVICE, RULE, gateway('payment/edge', "'*'"), canary('gateways: [edge, mesh],')],
      FROM_SHOP,
      undefined,
    ],
    [
      'for a gateway, and nobody calls',
      [SERVICE, RULE, gateway('payment/edge', "'*'"), canary('gateways: [./edge],')],
      {},
      undefined,
    ],
    [
      'for the mesh, called by a gateway',
      [SERVICE, RULE, canary()],
      { past: ['gateway edge.istio-system'] },
      'it is for the mesh alone, and callers are gateways',
    ],
    [
      'gateway and mesh call',
      [SERVICE, RULE, canary()],
      { past: ['gateway edge.istio-system', 'checkout.shop'] },
      undefined,
    ],
    [
      'the Gateway is not there',
      [SERVICE, RULE, canary('gateways: [other/edge],')],
      {},
      'certain: there is no Gateway other/edge',
    ],
    [
      'the Gateway takes other hosts',
      [SERVICE, RULE, gateway('payment/edge', 'shop.example.com'), canary('gateways: [edge],')],
      {},
      'certain: Gateway payment/edge does not take its hosts',
    ],
    [
      'one of two takes them',
      [SERVICE, RULE, gateway('payment/edge', "'*'"), canary('gateways: [gone, edge],')],
      {},
      undefined,
    ],
    [
      'Gateways cannot be read',
      [SERVICE, RULE, canary('gateways: [edge],')],
      { blind: ['gateways.networking.istio.io'] },
      'unknown: gateways.networking.istio.io could not be read: nobody listens',
    ],
  ],
  'parent-refs': [
    [
      'a Gateway that is there',
      [SERVICE, config('KubernetesGateway', 'payment/edge', 'listeners: []'), httpRoute('parentRefs: [{name: edge}],')],
      {},
      undefined,
    ],
    [
      'one that is not',
      [SERVICE, httpRoute('parentRefs: [{name: edge}],')],
      {},
      'certain: there is no Gateway payment/edge',
    ],
    [
      'a Service that is not',
      [SERVICE, httpRoute("parentRefs: [{kind: Service, group: '', name: gone}],")],
      {},
      'certain: there is no Service payment/gone',
    ],
    [
      'a Service that is',
      [SERVICE, httpRoute("parentRefs: [{kind: Service, group: '', name: payment-svc}],")],
      {},
      undefined,
    ],
    ['none', [SERVICE, httpRoute('')], {}, 'certain: it has no parentRefs'],
    ['a kind that is not looked at', [SERVICE, httpRoute('parentRefs: [{kind: Other, name: edge}],')], {}, undefined],
    [
      'its parent does not accept it',
      [
        SERVICE,
        config('KubernetesGateway', 'payment/edge', 'listeners: []'),
        httpRoute('parentRefs: [{name: edge}],').replace(
          /}$/,
          ", status: {parents: [{parentRef: {name: edge}, conditions: [{type: Accepted, status: 'False', reason: NotAllowedByListeners}]}]}}",
        ),
      ],
      {},
      'certain: its parents do not accept it',
    ],
    [
      'Gateways cannot be read',
      [SERVICE, httpRoute('parentRefs: [{name: edge}],')],
      { blind: ['gateways.gateway.networking.k8s.io'] },
      'unknown: gateways.gateway.networking.k8s.io could not be read: nobody listens',
    ],
    ['a VirtualService has no parents', [SERVICE, RULE, canary()], {}, undefined],
  ],
  shadowed: [
    ['the only route', [SERVICE, RULE, canary()], {}, undefined],
    [
      'one behind another that takes all',
      [SERVICE, RULE, canary('', `${FIRST}, ${matching('{uri: {prefix: /pay}}')}`)],
      {},
      'certain: route "first" before it takes all its requests',
    ],
    ['one before it', [SERVICE, RULE, canary('', `${matching('{uri: {prefix: /pay}}')}, ${FIRST}`)], {}, undefined],
    [
      'a longer path behind a shorter one',
      [SERVICE, RULE, canary('', `${firstFor('{uri: {prefix: /pay}}')}, ${matching('{uri: {prefix: /pay/new}}')}`)],
      {},
      'certain: route "first" before it takes all its requests',
    ],
    [
      'one of its two matches is left',
      [
        SERVICE,
        RULE,
        canary('', `${firstFor('{uri: {prefix: /pay}}')}, ${matching('{uri: {exact: /pay/new}}, {uri: {exact: /x}}')}`),
      ],
      {},
      undefined,
    ],
    [
      'the earlier one asks for a header',
      [
        SERVICE,
        RULE,
        canary('', `${firstFor('{uri: {prefix: /}, headers: {x: {exact: a}}}')}, ${matching('{uri: {prefix: /pay}}')}`),
      ],
      {},
      undefined,
    ],
    [
      'a pattern is not a text',
      [
        SERVICE,
        RULE,
        canary('', `${firstFor('{headers: {x: {exact: a}}}')}, ${matching('{headers: {x: {regex: .*}}}')}`),
      ],
      {},
      undefined,
    ],
    [
      'the same with one condition more',
      [
        SERVICE,
        RULE,
        canary(
          '',
          `${firstFor('{headers: {x: {exact: a}}}')}, ${matching('{method: {exact: GET}, headers: {x: {exact: a}}}')}`,
        ),
      ],
      {},
      'certain: route "first" before it takes all its requests',
    ],
    [
      'the earlier one is for some callers',
      [SERVICE, RULE, canary('', `${firstFor('{sourceLabels: {app: x}}')}, ${matching('{uri: {prefix: /}}')}`)],
      {},
      undefined,
    ],
    [
      'the earlier one is for a gateway',
      [SERVICE, RULE, canary('', `${firstFor('{gateways: [edge]}')}, ${matching('{uri: {prefix: /}}')}`)],
      {},
      undefined,
    ],
    [
      'the earlier one asks for something that is not known here',
      [SERVICE, RULE, canary('', `${firstFor('{newField: x}')}, ${matching('{uri: {prefix: /}}')}`)],
      {},
      undefined,
    ],
    [
      'the earlier one is left to a delegate',
      [SERVICE, RULE, canary('', `{delegate: {name: x}}, {name: canary, ${ROUTE}}`)],
      {},
      undefined,
    ],
    [
      'it asks of no other kind, and whatever cannot be read',
      [SERVICE, RULE, canary()],
      { blind: ['services'] },
      undefined,
    ],
  ],
  rival: [
    ['nobody else has the host', [SERVICE, RULE, young()], {}, undefined],
    [
      'an older one has',
      [SERVICE, RULE, young(), aged(canary('', `{name: old, ${ROUTE}}`, 'shop/rival'))],
      {},
      'certain: VirtualService shop/rival has the same host and comes first',
    ],
    [
      'a younger one has',
      [SERVICE, RULE, aged(canary()), young('', `{name: old, ${ROUTE}}`, 'shop/rival')],
      {},
      undefined,
    ],
    [
      'the other one is for a gateway',
      [SERVICE, RULE, young(), aged(canary('gateways: [edge],', `{name: old, ${ROUTE}}`, 'shop/rival'))],
      {},
      undefined,
    ],
    [
      'the older one is private elsewhere',
      [SERVICE, RULE, young(), aged(canary("exportTo: ['.'],", `{name: old, ${ROUTE}}`, 'shop/rival'))],
      {},
      undefined,
    ],
    [
      "a private one of the callers' namespace comes first, however young",
      [SERVICE, RULE, aged(canary()), young("exportTo: ['.'],", `{name: old, ${ROUTE}}`, 'shop/rival')],
      FROM_SHOP,
      'VirtualService shop/rival has the same host and comes first',
    ],
    [
      "the mesh's default is not known",
      [SERVICE, RULE, young(), aged(canary('', `{name: old, ${ROUTE}}`, 'shop/rival'))],
      { blind: ['meshConfigs'] },
      'unknown: the mesh configuration could not be read: nobody listens',
    ],
  ],
  'port-protocol': [
    ['a port of HTTP', [SERVICE, RULE, canary()], {}, undefined],
    [
      'TCP by name',
      [SERVICE.replace('http', 'tcp-pay'), RULE, canary()],
      {},
      'certain: Service payment/payment-svc has no HTTP port: its routes for HTTP do not apply',
    ],
    [
      'TCP by name, HTTP by appProtocol',
      [SERVICE.replace('name: http', 'name: tcp, appProtocol: http'), RULE, canary()],
      {},
      undefined,
    ],
    ['h2c', [SERVICE.replace('name: http', 'name: x, appProtocol: kubernetes.io/h2c'), RULE, canary()], {}, undefined],
    ['not declared: told by its traffic', [SERVICE.replace('name: http', 'name: web'), RULE, canary()], {}, undefined],
    ['gRPC', [SERVICE.replace('name: http', 'name: grpc-web-x'), RULE, canary()], {}, undefined],
    [
      'one of two',
      [SERVICE.replace('{name: http', '{name: tcp, port: 1}, {name: http'), RULE, canary()],
      {},
      undefined,
    ],
    [
      'a port whose servers speak first',
      [SERVICE.replace('name: http, port: 8080', 'name: db, port: 3306'), RULE, canary()],
      {},
      'certain: Service payment/payment-svc has no HTTP port: its routes for HTTP do not apply',
    ],
    [
      'at a gateway as well',
      [SERVICE.replace('http', 'tcp-pay'), RULE, canary('gateways: [edge, mesh],')],
      {},
      'Service payment/payment-svc has no HTTP port: its routes for HTTP do not apply',
    ],
    [
      'Services cannot be read',
      [SERVICE.replace('http', 'tcp'), RULE, canary()],
      { blind: ['services'] },
      `unknown: S${SERVICES.slice(1)}`,
    ],
  ],
  'not-exported': [
    ['exported to all', [SERVICE, RULE, canary()], FROM_SHOP, undefined],
    ['to its own namespace', [SERVICE, RULE, canary("exportTo: ['.'],")], FROM_SHOP, 'it is not exported to shop'],
    [
      'to its own namespace, where the callers are',
      [SERVICE, RULE, canary("exportTo: ['.'],")],
      { past: ['checkout.payment'] },
      undefined,
    ],
    [
      'one of two callers sees it',
      [SERVICE, RULE, canary("exportTo: ['.', shop],")],
      { past: ['a.shop', 'b.other'] },
      undefined,
    ],
    ['to nobody', [SERVICE, RULE, canary("exportTo: ['~'],")], {}, 'certain: it is exported to nobody'],
    ['nobody is known to call', [SERVICE, RULE, canary("exportTo: ['.'],")], {}, undefined],
    [
      'as the mesh has it, which is not known',
      [SERVICE, RULE, canary()],
      { ...FROM_SHOP, blind: ['meshConfigs'] },
      'unknown: the mesh configuration could not be read: nobody listens',
    ],
    [
      'as it says itself, whatever the mesh has',
      [SERVICE, RULE, canary("exportTo: ['.'],")],
      { ...FROM_SHOP, blind: ['meshConfigs'] },
      'it is not exported to shop',
    ],
  ],
  'sidecar-egress': [
    ['no Sidecar', [SERVICE, RULE, canary()], FROM_SHOP, undefined],
    [
      'one that leaves it out',
      [SERVICE, RULE, canary(), egress("'./*', 'istio-system/*'")],
      FROM_SHOP,
      'Sidecar shop/default does not import it into shop',
    ],
    ['one that has it', [SERVICE, RULE, canary(), egress("'payment/*'")], FROM_SHOP, undefined],
    [
      'one that has its host from anywhere',
      [SERVICE, RULE, canary(), egress("'*/payment-svc.payment.svc.cluster.local'")],
      FROM_SHOP,
      undefined,
    ],
    ['one without egress', [SERVICE, RULE, canary(), config('Sidecar', 'shop/default', '')], FROM_SHOP, undefined],
    [
      'one for other pods',
      [
        SERVICE,
        RULE,
        canary(),
        pod('shop/checkout', 'app: checkout'),
        egress("'./*'", 'shop/x', 'workloadSelector: {labels: {app: cart}},'),
      ],
      FROM_SHOP,
      undefined,
    ],
    [
      'one for the callers',
      [
        SERVICE,
        RULE,
        canary(),
        pod('shop/checkout', 'app: checkout'),
        egress("'./*'", 'shop/x', 'workloadSelector: {labels: {app: checkout}},'),
      ],
      FROM_SHOP,
      'Sidecar shop/x does not import it into shop',
    ],
    [
      "the root namespace's",
      [SERVICE, RULE, canary(), egress("'./*'", 'istio-system/default')],
      FROM_SHOP,
      'Sidecar istio-system/default does not import it into shop',
    ],
    [
      'Sidecars cannot be read',
      [SERVICE, RULE, canary()],
      { ...FROM_SHOP, blind: ['sidecars.networking.istio.io'] },
      'unknown: sidecars.networking.istio.io could not be read: nobody listens',
    ],
  ],
  'no-waypoint': [
    ['servers with sidecars', [SERVICE, RULE, canary(), pod('payment/v1', 'app: payment-svc')], {}, undefined],
    [
      'servers in ambient mode without a waypoint',
      [SERVICE, RULE, canary(), ambient()],
      {},
      'certain: Service payment/payment-svc is in ambient mode, and has no waypoint',
    ],
    [
      'where clients may have sidecars',
      [SERVICE, RULE, canary(), ambient(), pod('shop/checkout', 'app: checkout')],
      {},
      'Service payment/payment-svc is in ambient mode, and has no waypoint',
    ],
    [
      'with the waypoint of the namespace',
      [WAYPOINT, namespace('payment', 'istio.io/use-waypoint: waypoint'), SERVICE, RULE, canary(), ambient()],
      {},
      undefined,
    ],
    [
      'with one that is not there',
      [namespace('payment', 'istio.io/use-waypoint: waypoint'), SERVICE, RULE, canary(), ambient()],
      {},
      'certain: Service payment/payment-svc is in ambient mode, and its waypoint payment/waypoint is not there',
    ],
    [
      'with one that its own label declines',
      [
        WAYPOINT,
        namespace('payment', 'istio.io/use-waypoint: waypoint'),
        SERVICE.replace('namespace: payment,', 'namespace: payment, labels: {istio.io/use-waypoint: none},'),
        RULE,
        canary(),
        ambient(),
      ],
      {},
      'certain: Service payment/payment-svc is in ambient mode, and has no waypoint',
    ],
    [
      'Gateways cannot be read, and one is named',
      [namespace('payment', 'istio.io/use-waypoint: waypoint'), SERVICE, RULE, canary(), ambient()],
      { blind: ['gateways.gateway.networking.k8s.io'] },
      'unknown: gateways.gateway.networking.k8s.io could not be read: nobody listens',
    ],
    [
      'Pods cannot be read',
      [SERVICE, RULE, canary(), ambient()],
      { blind: ['pods'] },
      'unknown: Pods could not be read: nobody listens',
    ],
  ],
  'client-outside': [
    [
      'a proxy logged what it sent',
      [SERVICE, RULE, canary(), bare('legacy/cron')],
      { ...FROM_SHOP, unaccounted: 100 },
      undefined,
    ],
    [
      'nobody did, and a pod has no proxy',
      [SERVICE, RULE, canary(), bare('legacy/cron')],
      { unaccounted: 100 },
      'callers have no proxy, and a proxy applies routes where requests are sent',
    ],
    [
      'nobody did, and every pod has one',
      [SERVICE, RULE, canary(), pod('shop/checkout', 'app: checkout')],
      { unaccounted: 100 },
      undefined,
    ],
    [
      'the pod without a proxy is a server',
      [SERVICE, RULE, canary(), bare('payment/payment-svc', 'app: payment-svc')],
      { unaccounted: 100 },
      undefined,
    ],
    ['nothing came in', [SERVICE, RULE, canary(), bare('legacy/cron')], {}, undefined],
    [
      'Pods cannot be read',
      [SERVICE, RULE, canary()],
      { unaccounted: 100, blind: ['pods'] },
      'unknown: Pods could not be read: nobody listens',
    ],
  ],
};

/** The same object, made in this year. */
function made(document: string, year: number): string {
  return document.replace('metadata: {', `metadata: {creationTimestamp: '${year}-01-01T00:00:00Z', `);
}

function young(...of: Parameters<typeof canary>): string {
  return made(canary(...of), 2026);
}

/** Older than those. */
function aged(document: string): string {
  return made(document, 2020);
}

function bare(place: string, labels = 'app: cron'): string {
  return pod(place, labels, { spec: 'containers: [{name: app, image: a}]' });
}

function ambient(): string {
  return pod('payment/v1', 'app: payment-svc', {
    annotations: 'ambient.istio.io/redirection: enabled',
    spec: 'containers: [{name: app, image: a}]',
  });
}

function saidBy(id: string, documents: readonly string[], options: CaseOptions): string | undefined {
  const about = documents.some((each) => each.includes('HTTPRoute')) ? undefined : 'VirtualService/';
  const route = /name: canary, match|, \{name: canary/.test(documents.join()) ? `${about}payment/canary/canary` : about;
  const answer = CAUSES.find((cause) => cause.id === id)?.find(factsOf(documents, options, route));
  if (answer === undefined) return undefined;
  if ('unknown' in answer) return `unknown: ${answer.unknown}`;
  assert.ok(answer.mend !== '' && answer.next !== '');
  return `${answer.isCertain ? 'certain: ' : ''}${answer.text}`;
}

describe('causes', () => {
  for (const [id, cases] of Object.entries(CASES)) {
    describe(id, () => {
      for (const [what, documents, options, said] of cases) {
        test(what, () => assert.equal(saidBy(id, documents, options), said));
      }
    });
  }

  test('each has its cases, and its words for the docs', () => {
    assert.deepEqual(CAUSES.map(({ id }) => id).toSorted(), Object.keys(CASES).toSorted());
    for (const cause of CAUSES) assert.ok(cause.what !== '' && cause.sign !== '' && cause.mend !== '');
  });

  test('a rule that works is accused by none of them', () => {
    const facts = factsOf([SERVICE, RULE, canary()], { own: ['checkout.shop'] });
    assert.deepEqual(findCauses(facts), { found: [], untold: [] });
  });

  test('whatever specs hold, each cause answers', () => {
    const anything = fc.jsonValue() as fc.Arbitrary<unknown>;
    const word = fc.constantFrom('payment-svc', 'payment-svc.payment', '*', '', '.', '~', 'mesh', './edge', 'a/b/c');
    const field = fc.oneof(anything, fc.array(fc.oneof(word, anything)), word);
    const names = ['hosts', 'gateways', 'exportTo', 'http', 'egress', 'parentRefs', 'host', 'subsets', 'servers'];
    const specs = fc.array(fc.dictionary(fc.constantFrom(...names), field), { maxLength: 4 });
    const facts = factsOf([SERVICE, RULE, canary()], FROM_SHOP);
    fc.assert(
      fc.property(specs, fc.dictionary(fc.constantFrom(...names), field), (others, own) => {
        const object = { ...facts.object, spec: { ...facts.object.spec, ...own }, status: own };
        const list = others.map((spec, nth) => ({ ...object, name: `o${nth}`, spec }));
        const world = { ...facts.world, config: () => [...list, object] };
        for (const kind of ['VirtualService', 'HTTPRoute'] as const) {
          const split = { ...facts.split, object: { ...facts.split.object, kind } };
          const { found } = findCauses({ ...facts, object, split, world, unaccounted: 9 });
          for (const { text, mend, next } of found) assert.ok(text !== '' && mend !== '' && next !== '');
        }
      }),
    );
  });

  test('what is certain is told first, and what could not be read once', () => {
    const facts = factsOf([SERVICE.replace('http', 'tcp'), RULE, canary("exportTo: ['.'],")], FROM_SHOP);
    assert.deepEqual(
      findCauses(facts).found.map(({ id }) => id),
      ['port-protocol', 'not-exported'],
    );
    const blind = factsOf([SERVICE, RULE, canary()], { ...FROM_SHOP, blind: ['meshConfigs'] });
    assert.equal(findCauses(blind).untold.length, 1);
  });
});
