import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { knownServices } from '../../src/model/known-services.ts';
import type { Service } from '../../src/model/workload.ts';
import { mapService } from '../../src/sources/kubernetes/objects/services.ts';
import { objects, recordedObjects } from '../support/mesh.ts';

function service(namespace: string, name: string, ...clusterIps: readonly string[]): Service {
  return { namespace, name, labels: {}, type: 'ClusterIP', clusterIps, ports: [] };
}

const CART = 'cart.shop.svc.cluster.local';
const SERVICES = objects([
  service('shop', 'cart', '10.96.0.7', 'fd00::7'),
  service('shop', 'headless', 'None'),
  service('bank', 'cart', '10.96.0.8'),
]);

const AUTHORITIES: readonly (readonly [authority: string, namespace: string, fqdn: string | undefined])[] = [
  ['cart', 'shop', CART],
  ['cart:8080', 'shop', CART],
  ['cart', 'bank', 'cart.bank.svc.cluster.local'],
  ['cart', 'other', undefined],
  ['cart.shop', 'other', CART],
  ['cart.shop.svc', 'other', CART],
  ['cart.shop.svc:80', 'other', CART],
  ['cart.shop.svc.cluster.local', 'other', CART],
  ['cart.shop.svc.cluster.local.', 'other', CART],
  ['CART.shop.svc.cluster.local:443', 'other', CART],
  ['cart.shop.svc.cluster.local.evil.example', 'other', undefined],
  ['cart.shop.svc.other.domain', 'other', undefined],
  ['headless', 'shop', 'headless.shop.svc.cluster.local'],
  ['10.96.0.7', 'other', CART],
  ['10.96.0.7:80', 'other', CART],
  ['[fd00::7]:80', 'other', CART],
  ['[FD00::7]', 'other', CART],
  ['10.96.0.70', 'other', undefined],
  ['None', 'shop', undefined],
  ['', 'shop', undefined],
  ['.', 'shop', undefined],
  [':80', 'shop', undefined],
  ['__proto__', 'shop', undefined],
  ['www.example.com', 'shop', undefined],
];

describe('authorities', () => {
  const known = knownServices(SERVICES);
  for (const [authority, namespace, fqdn] of AUTHORITIES) {
    test(`${authority} in ${namespace}`, () => assert.equal(known.byAuthority(authority, namespace), fqdn));
  }

  test('whatever a client writes, the answer is a service or none', () => {
    const fqdns = new Set(
      [...SERVICES.values()].map(({ namespace, name }) => `${name}.${namespace}.svc.cluster.local`),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.constantFrom('shop', 'bank', ''), (authority, namespace) => {
        const fqdn = known.byAuthority(authority, namespace);
        assert.ok(fqdn === undefined || fqdns.has(fqdn));
      }),
    );
  });
});

test('cluster IPs, in either family', () => {
  const known = knownServices(SERVICES);
  assert.equal(known.byClusterIp('10.96.0.8'), 'cart.bank.svc.cluster.local');
  assert.equal(known.byClusterIp('FD00::7'), CART);
  assert.equal(known.byClusterIp('None'), undefined);
  assert.equal(known.byClusterIp('10.96.0.9'), undefined);
});

test('another cluster domain', () => {
  const known = knownServices(SERVICES, 'corp.example');
  assert.equal(known.byAuthority('cart.shop.svc.corp.example', 'x'), 'cart.shop.svc.corp.example');
  assert.equal(known.byAuthority(CART, 'x'), undefined);
});

test('the recorded services are known', () => {
  const known = knownServices(recordedObjects('services.json', mapService));
  assert.equal(known.byAuthority('payment-svc:8080', 'payment'), 'payment-svc.payment.svc.cluster.local');
});

test('the version changes with names and IPs, and with nothing else', () => {
  const version = (...list: readonly Service[]): number => knownServices(objects(list)).version;
  const a = service('shop', 'a', '10.0.0.1');
  const b = service('shop', 'b', '10.0.0.2');
  assert.equal(version(a, b), version(b, a));
  assert.equal(version(a, b), version(a, { ...b, labels: { x: 'y' } }));
  const versions = [
    version(),
    version(a),
    version(a, b),
    version(a, service('shop', 'b', '10.0.0.3')),
    version(a, service('bank', 'b', '10.0.0.2')),
    version(service('shop', 'a', '10.0.0.2'), service('shop', 'b', '10.0.0.1')),
  ];
  assert.equal(new Set(versions).size, versions.length);
  assert.ok(!versions.includes(0));
});

test('the same map gives the same answer object', () => {
  assert.equal(knownServices(SERVICES), knownServices(SERVICES));
});
