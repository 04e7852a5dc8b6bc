import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import type { IstiodAnswer } from '../../src/model/control-plane.ts';
import { newestConnections } from '../../src/model/newest-connections.ts';
import type { ProxyConnection } from '../../src/model/proxy.ts';

interface Seen {
  readonly sentAt?: number;
  readonly connectedAt?: number;
  readonly cluster?: string;
}

function connection({ sentAt, connectedAt, cluster }: Seen): ProxyConnection {
  return {
    namespace: 'shop',
    name: 'cart-1',
    type: 'sidecar',
    ...(cluster === undefined ? {} : { cluster }),
    ...(connectedAt === undefined ? {} : { connectedAt: epochSeconds(connectedAt) }),
    types: sentAt === undefined ? {} : { cds: { state: 'SYNCED', sent: 'n', sentAt: epochSeconds(sentAt) } },
  };
}

function answer(name: string, seen: readonly Seen[], fails = false): IstiodAnswer {
  return {
    istiod: { name, namespace: 'istio-system', revision: 'default' },
    access: 'http',
    polledAt: epochSeconds(100),
    proxies: seen.map(connection),
    ...(fails ? { error: { code: 'refused', detail: 'gone' } } : {}),
  };
}

function winner(...istiods: readonly IstiodAnswer[]): string | undefined {
  const newest = newestConnections({ poll: 1, istiods }, 'Kubernetes');
  assert.equal(newest.size, 1);
  return newest.get('Kubernetes/shop/cart-1')?.answer.istiod.name;
}

test('the connection that was sent to last wins, whichever istiod comes first', () => {
  assert.equal(winner(answer('a', [{ sentAt: 10 }]), answer('b', [{ sentAt: 20 }])), 'b');
  assert.equal(winner(answer('b', [{ sentAt: 20 }]), answer('a', [{ sentAt: 10 }])), 'b');
});

test('when it was opened says more than what was sent, for a push reaches old and new alike', () => {
  const old = answer('a', [{ sentAt: 30, connectedAt: 1 }]);
  assert.equal(winner(old, answer('b', [{ sentAt: 20, connectedAt: 15 }])), 'b');
  assert.equal(winner(answer('b', [{ sentAt: 20, connectedAt: 15 }]), old), 'b');
});

test('an istiod that answers is believed before one that no longer does', () => {
  assert.equal(winner(answer('a', [{ sentAt: 99 }], true), answer('b', [{ sentAt: 1 }])), 'b');
  assert.equal(winner(answer('b', [{ sentAt: 1 }]), answer('a', [{ sentAt: 99 }], true)), 'b');
});

test('what only a failing istiod listed stays listed', () => {
  assert.equal(winner(answer('a', [{ sentAt: 1 }], true)), 'a');
});

test('a connection that was sent something beats one that was not', () => {
  assert.equal(winner(answer('a', [{}]), answer('b', [{ sentAt: 1 }])), 'b');
});

test('one name in two clusters is two proxies, and no cluster means ours', () => {
  const istiods = [answer('a', [{ cluster: 'east' }, { cluster: 'Kubernetes' }, {}])];
  const keys = [...newestConnections({ poll: 1, istiods }, 'Kubernetes').keys()];
  assert.deepEqual(keys, ['east/shop/cart-1', 'Kubernetes/shop/cart-1']);
});

test('the order of istiods does not matter where the times differ', () => {
  const seen = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(seen, (times) => {
      const istiods = times.map((sentAt) => answer(`istiod-${sentAt}`, [{ sentAt }]));
      assert.equal(winner(...istiods), `istiod-${Math.max(...times)}`);
    }),
  );
});
