import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { discoverIstiods, fixedIstiods, type XdsPlaces } from '../../../src/sources/istiod/discover.ts';

function pod(more: Partial<Pod> = {}): Pod {
  return {
    namespace: 'istio-system',
    name: 'istiod-1',
    uid: 'u1',
    labels: { app: 'istiod' },
    annotations: {},
    ips: ['10.44.0.1'],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    createdAt: epochSeconds(1_000),
    serviceAccount: 'istiod',
    ports: [],
    ...more,
  };
}

function discover(...pods: readonly Pod[]) {
  return discoverIstiods(new Map(pods.map((each) => [`${each.namespace}/${each.name}`, each])));
}

test('a running istiod pod, whole', () => {
  assert.deepEqual(
    discover(pod({ startedAt: epochSeconds(2_000), labels: { app: 'istiod', 'istio.io/rev': 'canary' } })),
    [
      {
        istiod: { name: 'istiod-1', namespace: 'istio-system', revision: 'canary', ready: true, startedAt: 2_000 },
        base: 'http://10.44.0.1:15014',
        identity: 'u1@2000',
        port: { namespace: 'istio-system', pod: 'istiod-1', port: 15_014 },
        xds: {
          address: '10.44.0.1:15012',
          serverName: 'istiod.istio-system.svc',
          namespace: 'istio-system',
          port: { namespace: 'istio-system', pod: 'istiod-1', port: 15_012 },
        },
      },
    ],
  );
});

const tlsXds = { name: 'tls-xds', port: 25_012, protocol: 'TCP' } as const;
const XDS: readonly (readonly [about: string, more: Partial<Pod>, places: XdsPlaces, at: string, name: string])[] = [
  ['IPv6 in brackets', { ips: ['fd00::a'] }, {}, '[fd00::a]:15012', 'istiod.istio-system.svc'],
  ['the port it names', { ports: [tlsXds] }, { port: 1 }, '10.44.0.1:25012', 'istiod.istio-system.svc'],
  ['the port that is given', {}, { port: 35_012 }, '10.44.0.1:35012', 'istiod.istio-system.svc'],
  ['its own namespace', { namespace: 'mesh' }, { rootNamespace: 'x' }, '10.44.0.1:15012', 'istiod.mesh.svc'],
  ['the name that is given', {}, { serverName: 'istiod.example' }, '10.44.0.1:15012', 'istiod.example'],
];
for (const [about, more, places, address, serverName] of XDS) {
  test(`xDS: ${about}`, () => {
    const [target] = discoverIstiods(new Map([['a', pod(more)]]), places);
    assert.deepEqual([target?.xds.address, target?.xds.serverName], [address, serverName]);
  });
}

test('xDS of a fixed URL is at its host, where istiods mostly speak it', () => {
  const xds = (url: string, places?: XdsPlaces) => fixedIstiods([url], places)[0]?.xds;
  assert.deepEqual(xds('http://istiod.example:15014'), {
    address: 'istiod.example:15012',
    serverName: 'istiod.istio-system.svc',
    namespace: 'istio-system',
  });
  assert.deepEqual(xds('https://[::1]', { port: 443, rootNamespace: 'mesh' }), {
    address: '[::1]:443',
    serverName: 'istiod.mesh.svc',
    namespace: 'mesh',
  });
});

const BASES: readonly (readonly [about: string, more: Partial<Pod>, base: string])[] = [
  ['IPv6 in brackets', { ips: ['fd00::a'] }, 'http://[fd00::a]:15014'],
  ['the first of two addresses', { ips: ['10.0.0.9', 'fd00::a'] }, 'http://10.0.0.9:15014'],
  ['the port it announces', { annotations: { 'prometheus.io/port': '25014' } }, 'http://10.44.0.1:25014'],
  ['a port that is none', { annotations: { 'prometheus.io/port': 'metrics' } }, 'http://10.44.0.1:15014'],
  ['a port out of range', { annotations: { 'prometheus.io/port': '70000' } }, 'http://10.44.0.1:15014'],
  ['an empty port', { annotations: { 'prometheus.io/port': '' } }, 'http://10.44.0.1:15014'],
];

for (const [about, more, base] of BASES) {
  test(`address: ${about}`, () => {
    assert.deepEqual(
      discover(pod(more)).map((target) => target.base),
      [base],
    );
  });
}

test('every revision is found, ready or not, and an empty or absent label is the default revision', () => {
  const found = discover(
    pod({ name: 'c', labels: { app: 'istiod', 'istio.io/rev': '1-30' }, ready: false }),
    pod({ name: 'b', labels: { app: 'istiod', 'istio.io/rev': '' } }),
    pod({ name: 'a' }),
  );
  assert.deepEqual(
    found.map(({ istiod }) => [istiod.name, istiod.revision, istiod.ready]),
    [
      ['a', 'default', true],
      ['b', 'default', true],
      ['c', '1-30', false],
    ],
  );
});

const NOT_FOUND: readonly (readonly [about: string, more: Partial<Pod>])[] = [
  ['another app', { labels: { app: 'istio-ingressgateway' } }],
  ['no labels', { labels: {} }],
  ['pending', { phase: 'Pending' }],
  ['completed', { phase: 'Succeeded' }],
  ['failed', { phase: 'Failed' }],
  ['terminating', { terminating: true }],
  ['without an address', { ips: [] }],
];

for (const [about, more] of NOT_FOUND) {
  test(`not asked: ${about}`, () => {
    assert.deepEqual(discover(pod(more)), []);
  });
}

test('one pod name in two namespaces is two istiods of different names', () => {
  const found = discover(pod({ name: 'istiod-0' }), pod({ name: 'istiod-0', namespace: 'istio-canary' }));
  assert.deepEqual(
    found.map(({ istiod }) => istiod.name),
    ['istiod-0.istio-canary', 'istiod-0.istio-system'],
  );
});

test('a restart inside the pod is another process, and so is a pod of the same name', () => {
  const identities = [pod(), pod({ startedAt: epochSeconds(2_000) }), pod({ uid: 'u2' })].map(
    (each) => discover(each)[0]?.identity,
  );
  assert.equal(new Set(identities).size, 3);
});

test('fixed URLs: named by host and port, each once', () => {
  const urls = [
    'http://istiod.example:15014/',
    'http://istiod.example:15014',
    'https://10.0.0.1',
    'http://[fd00::1]/east/',
  ];
  assert.deepEqual(
    fixedIstiods(urls).map(({ istiod, base }) => [istiod.name, base, istiod.ready]),
    [
      ['istiod.example:15014', 'http://istiod.example:15014', undefined],
      ['10.0.0.1:443', 'https://10.0.0.1:443', undefined],
      ['[fd00::1]:80/east', 'http://[fd00::1]:80/east', undefined],
    ],
  );
});
