import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCertificate } from '../../../../src/demo/tls/certificate.ts';
import { epochSeconds } from '../../../../src/model/brand.ts';
import { analyzeFiles, config, namespace, pod, said, service } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const SHOP = namespace('shop');
const EDGE = pod('infra/edge-1', 'istio: edge, zone: a');
const EDGE_SERVICE = service(
  'infra/edge',
  'selector: {istio: edge}, ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443}]',
);

function gateway(servers: string, { place = 'shop/edge', selector = 'istio: edge' } = {}): string {
  return config('Gateway', place, `selector: {${selector}}, servers: [${servers}]`);
}

function server(hosts: string, { port = 80, more = '', name = 'http' } = {}): string {
  return `{port: {number: ${port}, name: ${name}, protocol: HTTP}, hosts: [${hosts}] ${more}}`;
}

const GW = 'Gateway/shop/edge';

analysisTable(
  'the selector of a Gateway',
  ['IST0101'],
  [
    ['pods of any namespace', [SHOP, EDGE, gateway(server('a.example.com'))], []],
    ['no pods', [SHOP, EDGE, gateway(server('a.example.com'), { selector: 'istio: gone' })], [`IST0101 ${GW}`]],
    [
      'every label must be there',
      [SHOP, EDGE, gateway(server('a.example.com'), { selector: 'istio: edge, zone: b' })],
      [`IST0101 ${GW}`],
    ],
  ],
);

analysisTable(
  'ports of a Gateway',
  ['IST0162'],
  [
    ['the port of the service', [SHOP, EDGE, EDGE_SERVICE, gateway(server('a.example.com'))], []],
    ['the port of its pods', [SHOP, EDGE, EDGE_SERVICE, gateway(server('a.example.com', { port: 8080 }))], []],
    [
      'a port that no service leads to',
      [SHOP, EDGE, EDGE_SERVICE, gateway(server('a.example.com', { port: 8999 }))],
      [`IST0162 ${GW}`],
    ],
    ['no service at all', [SHOP, EDGE, gateway(server('a.example.com'))], [`IST0162 ${GW}`]],
    [
      'a service of another namespace does not count',
      [
        SHOP,
        EDGE,
        service('shop/edge', 'selector: {istio: edge}, ports: [{port: 80}]'),
        gateway(server('a.example.com')),
      ],
      [`IST0162 ${GW}`],
    ],
    ['without pods that is the problem', [SHOP, gateway(server('a.example.com'))], []],
  ],
);

const tls = (settings: string): string =>
  `{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example.com], tls: {${settings}}}`;
const { cert } = makeCertificate('edge');
const DAY = 86_400;
const NOW = epochSeconds(Date.now() / 1000);

function secret(data: Readonly<Record<string, string>>, space = 'infra'): string {
  const name = 'c';
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: space }, stringData: data });
}

const CREDENTIALS: readonly (readonly [
  what: string,
  secrets: readonly string[],
  said: readonly string[],
  at?: number,
])[] = [
  ['there, where the pods are', [secret({ 'tls.crt': cert, 'tls.key': 'k' })], []],
  ['as cert and key', [secret({ cert, key: 'k' })], []],
  ['not there', [], [`IST0101 ${GW}`]],
  [
    'where the Gateway is, and the pods are not',
    [secret({ 'tls.crt': cert, 'tls.key': 'k' }, 'shop')],
    [`IST0101 ${GW}`],
  ],
  ['without a key', [secret({ 'tls.crt': cert })], [`IST0161 ${GW}`]],
  ['no certificate in it', [secret({ 'tls.crt': 'x', 'tls.key': 'k' })], [`IST0161 ${GW}`]],
  ['run out', [secret({ 'tls.crt': cert, 'tls.key': 'k' })], [`IST0161 ${GW}`], NOW + 2 * DAY],
  ['not of its time yet', [secret({ 'tls.crt': cert, 'tls.key': 'k' })], [`IST0161 ${GW}`], NOW - 2 * DAY],
];

describe('credentials of a Gateway', () => {
  for (const [what, secrets, expected, at = NOW] of CREDENTIALS) {
    test(what, () => {
      const text = [SHOP, EDGE, ...secrets, gateway(tls('mode: SIMPLE, credentialName: c'))].join('\n---\n');
      const { findings } = analyzeFiles([{ name: 'objects.yaml', text }], epochSeconds(at));
      assert.deepEqual(said(findings.filter(({ code }) => code === 'IST0101' || code === 'IST0161')), expected);
    });
  }
});

const twice = (one: string, other: string, selector = 'istio: edge'): readonly string[] => [
  SHOP,
  EDGE,
  gateway(tls(one)),
  gateway(tls(other), { place: 'shop/other', selector }),
];
const BOTH = ['IST0138 Gateway/shop/edge', 'IST0138 Gateway/shop/other'];

analysisTable(
  'one certificate for two Gateways',
  ['IST0138'],
  [
    ['the same secret', twice('mode: SIMPLE, credentialName: c', 'mode: SIMPLE, credentialName: c'), BOTH],
    ['two secrets', twice('mode: SIMPLE, credentialName: c', 'mode: SIMPLE, credentialName: d'), []],
    [
      'the same files',
      twice('mode: SIMPLE, serverCertificate: c, privateKey: k', 'mode: SIMPLE, serverCertificate: c, privateKey: k'),
      BOTH,
    ],
    [
      'a secret and files',
      twice('mode: SIMPLE, credentialName: c', 'mode: SIMPLE, serverCertificate: c, privateKey: k'),
      [],
    ],
    ['of other pods', twice('mode: SIMPLE, credentialName: c', 'mode: SIMPLE, credentialName: c', 'istio: other'), []],
    [
      'of some of its pods: only the wider one is told',
      twice('mode: SIMPLE, credentialName: c', 'mode: SIMPLE, credentialName: c', 'istio: edge, zone: a'),
      ['IST0138 Gateway/shop/edge'],
    ],
  ],
);

const compete = (hosts: string, { port = 80, selector = 'istio: edge', more = '' } = {}): readonly string[] => [
  SHOP,
  EDGE,
  gateway(server('a.example.com')),
  gateway(server(hosts, { port, more }), { place: 'shop/other', selector }),
];
const RIVALS = ['IST0145 Gateway/shop/edge', 'IST0145 Gateway/shop/other'];

analysisTable(
  'Gateways that compete',
  ['IST0145'],
  [
    ['the same host', compete('a.example.com'), RIVALS],
    ['another host', compete('b.example.com'), []],
    ['a wildcard is another host', compete('"*.example.com"'), []],
    ['another port', compete('a.example.com', { port: 81 }), []],
    ['another address', compete('a.example.com', { more: ', bind: 10.0.0.1' }), []],
    ['other pods', compete('a.example.com', { selector: 'istio: other' }), []],
    [
      'a selector within the other, and a pod with both',
      compete('a.example.com', { selector: 'istio: edge, zone: a' }),
      RIVALS,
    ],
    [
      'two servers of one Gateway',
      [SHOP, EDGE, gateway(`${server('a.example.com')}, ${server('a.example.com', { name: 'b' })}`)],
      [],
    ],
  ],
);
