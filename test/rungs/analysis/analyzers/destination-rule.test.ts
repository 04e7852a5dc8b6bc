import { config, namespace, pod, service } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const SHOP = namespace('shop');
const WEB = service('shop/web', 'selector: {app: web}, ports: [{name: http, port: 80}]');
const POD = pod('shop/web-1', 'app: web, version: v1');
const DR = 'DestinationRule/shop/web';

function dr(spec: string, place = 'shop/web'): string {
  return config('DestinationRule', place, spec);
}

analysisTable(
  'the host of a DestinationRule',
  ['IST0174'],
  [
    ['a service', [SHOP, WEB, dr('host: web')], []],
    ['a name with a dot is not completed', [SHOP, WEB, dr('host: web.shop')], [`IST0174 ${DR}`]],
    ['nobody has it', [SHOP, WEB, dr('host: webb')], [`IST0174 ${DR}`]],
    [
      'a short name means its own namespace',
      [SHOP, WEB, dr('host: web', 'blog/web')],
      ['IST0174 DestinationRule/blog/web'],
    ],
    [
      'a ServiceEntry',
      [
        SHOP,
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: [a.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS',
        ),
        dr('host: a.example.com'),
      ],
      [],
    ],
    [
      'a wildcard within that of a ServiceEntry',
      [
        SHOP,
        config('ServiceEntry', 'shop/e', 'hosts: ["*.example.com"], ports: [{number: 443, name: tls, protocol: TLS}]'),
        dr('host: "*.a.example.com"'),
      ],
      [],
    ],
    [
      'a wildcard of services, which is nobody’s host',
      [SHOP, WEB, dr('host: "*.shop.svc.cluster.local"')],
      [`IST0174 ${DR}`],
    ],
  ],
);

const subset = (labels: string): string => dr(`host: web, subsets: [{name: v1, labels: {${labels}}}]`);
const NODE = '{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/zone: a}}}';
const PLACED = pod('shop/web-2', 'app: web', { spec: 'nodeName: n1, containers: [{name: app, image: a}]' });

analysisTable(
  'subsets of a DestinationRule',
  ['IST0173', 'ML0004'],
  [
    ['a pod', [SHOP, WEB, POD, subset('version: v1')], []],
    ['no pod', [SHOP, WEB, POD, subset('version: v2')], [`IST0173 ${DR}`]],
    [
      'a pod of another namespace is enough for istioctl, not for us',
      [SHOP, WEB, pod('blog/web-1', 'app: web, version: v2'), subset('version: v2')],
      [`ML0004 ${DR}`],
    ],
    [
      'a pod that the service does not select',
      [SHOP, WEB, pod('shop/x-1', 'app: x, version: v2'), subset('version: v2')],
      [`ML0004 ${DR}`],
    ],
    [
      'a service without a selector has endpoints of somebody else’s',
      [SHOP, service('shop/web', 'ports: [{port: 80}]'), pod('shop/x-1', 'version: v2'), subset('version: v2')],
      [],
    ],
    ['a host that nobody has is said elsewhere', [SHOP, dr('host: gone, subsets: [{name: v1, labels: {a: b}}]')], []],
    ['a label of the pod’s node', [SHOP, WEB, NODE, PLACED, subset('topology.kubernetes.io/zone: a')], []],
    ['a place where no pod is', [SHOP, WEB, NODE, PLACED, subset('topology.kubernetes.io/zone: b')], [`IST0173 ${DR}`]],
    [
      'the pods that a ServiceEntry selects',
      [
        SHOP,
        POD,
        config(
          'ServiceEntry',
          'shop/e',
          'hosts: [a.example.com], workloadSelector: {labels: {app: gone}}, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]',
        ),
        dr('host: a.example.com, subsets: [{name: v1, labels: {version: v1}}]'),
      ],
      [`IST0173 ${DR}`],
    ],
  ],
);

const tls = (settings: string, more = ''): string => dr(`host: web, ${more} trafficPolicy: {tls: {${settings}}}`);
const portTls = (settings: string): string =>
  dr(`host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {${settings}}}]}`);

analysisTable(
  'verification of certificates',
  ['IST0128', 'IST0129'],
  [
    ['SIMPLE without an authority', [SHOP, WEB, tls('mode: SIMPLE')], [`IST0128 ${DR}`]],
    [
      'MUTUAL without an authority',
      [SHOP, WEB, tls('mode: MUTUAL, clientCertificate: c, privateKey: k')],
      [`IST0128 ${DR}`],
    ],
    ['with an authority', [SHOP, WEB, tls('mode: SIMPLE, caCertificates: /ca.pem')], []],
    ['a secret, which only gateways read', [SHOP, WEB, tls('mode: SIMPLE, credentialName: s')], [`IST0128 ${DR}`]],
    [
      'a secret of the workloads it selects',
      [SHOP, WEB, tls('mode: SIMPLE, credentialName: s', 'workloadSelector: {matchLabels: {app: web}},')],
      [],
    ],
    ['Istio’s own certificates', [SHOP, WEB, tls('mode: ISTIO_MUTUAL')], []],
    ['none at all', [SHOP, WEB, tls('mode: DISABLE')], []],
    ['on a port', [SHOP, WEB, portTls('mode: SIMPLE')], [`IST0129 ${DR}`]],
    ['on a port, with an authority', [SHOP, WEB, portTls('mode: SIMPLE, caCertificates: /ca.pem')], []],
  ],
);
