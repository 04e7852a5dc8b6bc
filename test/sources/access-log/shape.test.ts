import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type KnownServices, knownServices, NO_SERVICES } from '../../../src/model/known-services.ts';
import type { RequestShape } from '../../../src/model/traffic.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { shapeOf } from '../../../src/sources/access-log/shape.ts';
import { objects } from '../../support/mesh.ts';
import { rawRequest, streamOrigin } from '../../support/raw-request.ts';
import { service } from '../../support/service.ts';

const ORIGIN = streamOrigin();
const CART = 'cart.shop.svc.cluster.local';
const SERVICES = knownServices(
  objects([service('shop', 'cart', ['10.96.0.12', 'fd00::12']), service('payment', 'api', ['10.96.2.1'])]),
);

interface Case {
  readonly name: string;
  readonly raw: Partial<RawRequest>;
  readonly services?: KnownServices;
  readonly said: Partial<RequestShape>;
}

const CASES: readonly Case[] = [
  {
    name: 'a client’s sidecar, sent to a subset',
    raw: { upstreamCluster: `outbound|8080|v1|${CART}`, route: 'canary' },
    said: { direction: 'outbound', destination: CART, subset: 'v1', route: 'canary' },
  },
  {
    name: 'a server’s sidecar knows its service only by the host that it was called by',
    raw: { upstreamCluster: 'inbound|8080||', authority: 'cart.shop:8080' },
    services: SERVICES,
    said: { direction: 'inbound', destination: CART },
  },
  {
    name: 'offline nobody knows a service but by its cluster',
    raw: { upstreamCluster: 'inbound|8080||', authority: 'cart.shop:8080' },
    said: { direction: 'inbound', destination: '__unknown__' },
  },
  {
    name: 'an authority alone never makes a destination',
    raw: { upstreamCluster: 'inbound|8080||', authority: 'i-made-this-up.example' },
    services: SERVICES,
    said: { destination: '__unknown__' },
  },
  {
    name: 'the authority has no say where the cluster names a host',
    raw: { authority: 'api.payment' },
    services: SERVICES,
    said: { destination: CART },
  },
  {
    name: 'a short authority is of the proxy’s own namespace',
    raw: { upstreamCluster: 'PassthroughCluster', authority: 'cart' },
    services: SERVICES,
    said: { direction: 'outbound', destination: CART },
  },
  {
    name: 'passthrough over TCP goes nobody knows where',
    raw: { upstreamCluster: 'PassthroughCluster', responseCode: '0', details: '-', route: '-' },
    services: SERVICES,
    said: { direction: 'outbound', destination: '__unknown__', route: '', responseCode: 0, details: '' },
  },
  {
    name: 'a black hole',
    raw: { upstreamCluster: 'BlackHoleCluster', flags: 'UH', responseCode: '0', details: '-' },
    said: { direction: 'outbound', destination: '__unknown__', flags: ['UH'] },
  },
  {
    name: 'a host outside the mesh under REGISTRY_ONLY: no flag, but details',
    raw: { upstreamCluster: '-', responseCode: '502', details: 'direct_response', route: 'block_all' },
    said: { direction: 'unknown', details: 'direct_response', route: 'block_all', flags: [] },
  },
  {
    name: 'no route, to the cluster IP of a service',
    raw: { upstreamCluster: '-', flags: 'NR', responseCode: '404', downstreamLocalAddress: '10.96.0.12:8080' },
    services: SERVICES,
    said: { direction: 'unknown', destination: CART, flags: ['NR'] },
  },
  {
    name: 'no route, to a cluster IP of IPv6',
    raw: { upstreamCluster: '-', flags: 'NR', downstreamLocalAddress: '[FD00::12]:8080' },
    services: SERVICES,
    said: { destination: CART },
  },
  {
    name: 'the cluster IP says more than the authority',
    raw: { upstreamCluster: '-', flags: 'NR', authority: 'cart', downstreamLocalAddress: '10.96.2.1:80' },
    services: SERVICES,
    said: { destination: 'api.payment.svc.cluster.local' },
  },
  {
    name: 'no route at a gateway, for a host nobody knows',
    raw: { upstreamCluster: '-', flags: 'NR', authority: 'nope.example', downstreamLocalAddress: '10.44.0.31:8080' },
    services: SERVICES,
    said: { direction: 'unknown', destination: '__unknown__' },
  },
  {
    name: 'a gateway’s request that went its way',
    raw: { upstreamCluster: 'outbound|9080||productpage.bookinfo.svc.cluster.local', authority: 'bookinfo.example' },
    said: { direction: 'outbound', destination: 'productpage.bookinfo.svc.cluster.local' },
  },
  {
    name: 'an east-west gateway, by SNI',
    raw: { upstreamCluster: `outbound_.8080_.v1_.${CART}`, responseCode: '0', details: '-' },
    said: { direction: 'outbound', destination: CART, subset: 'v1' },
  },
  {
    name: 'a TCP denial, whose policy stands in the termination details',
    raw: {
      upstreamCluster: 'inbound|5432||',
      responseCode: '0',
      details: '-',
      terminationDetails: 'rbac_access_denied_matched_policy[ns[shop]-policy[db]-rule[1]]',
    },
    said: {
      direction: 'inbound',
      details: 'rbac_access_denied_matched_policy',
      denial: { policyNamespace: 'shop', policy: 'db', rule: '1' },
    },
  },
  { name: 'an answer that was never sent', raw: { responseCode: '-' }, said: { responseCode: 0 } },
  {
    name: 'a route that would steer a terminal',
    raw: { route: 'a\u0000b\u001b[31m' },
    said: { route: 'a\uFFFDb\uFFFD[31m' },
  },
  {
    name: 'a route that is cut in the middle of a character',
    raw: { route: `${'r'.repeat(255)}😀` },
    said: { route: `${'r'.repeat(255)}\uFFFD` },
  },
];

describe('a line is', () => {
  for (const { name, raw, services = NO_SERVICES, said } of CASES) {
    test(name, () => {
      const shape = shapeOf(rawRequest(raw), ORIGIN, services);
      const expected = { ...shape, ...said, proxyNamespace: 'shop', workload: 'web' };
      assert.deepEqual(shape, expected);
      assert.ok(Object.isFrozen(shape));
    });
  }

  test('without a denial unless it is one', () => {
    assert.equal('denial' in shapeOf(rawRequest(), ORIGIN, NO_SERVICES), false);
  });
});

test('what clients choose makes no new shape', () => {
  const shapes = new Set<string>();
  const inbound = { upstreamCluster: 'inbound|8080||' };
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('inbound|8080||', 'PassthroughCluster', '-'),
      (authority, upstreamCluster) => {
        const text = authority === '' ? '-' : authority;
        const shape = shapeOf(rawRequest({ ...inbound, upstreamCluster, authority: text }), ORIGIN, SERVICES);
        shapes.add(JSON.stringify(shape));
      },
    ),
    {
      numRuns: 3_000,
      examples: [
        ['cart', '-'],
        ['CART.shop.svc', '-'],
        ['api.payment:80', '-'],
      ],
    },
  );
  // Three directions by three services, and the one nobody knows.
  assert.ok(shapes.size <= 9, [...shapes].join('\n'));
});
