import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ProxyHistory, SyncHistory } from '../../src/model/sync-history.ts';
import { advanceHistory } from '../../src/state/sync-history.ts';
import { answer, connection, fresh, objects, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';

const CART = 'Kubernetes/shop/cart-1';
const SYNCED = connection('shop', 'cart-1', { cds: sync('a'), lds: sync('a') });
const STALE = connection('shop', 'cart-1', { cds: sync('a>b', 100), lds: sync('a') });
const NACKED = connection('shop', 'cart-1', { cds: sync('a'), lds: sync('a>b', 100, 'no') });

function cart(history: SyncHistory): ProxyHistory {
  const proxy = history.proxies.get(CART);
  assert.ok(proxy !== undefined, 'the proxy is known');
  return proxy;
}

/** Verdict, and since when out of sync. */
function standing(history: SyncHistory): readonly [string, number?] {
  const { verdict, outOfSync } = cart(history);
  return outOfSync === undefined ? [verdict] : [verdict, outOfSync.since];
}

describe('out of sync', () => {
  test('is called so at the second poll, back-dated to the first', () => {
    const mesh = polledMesh();
    assert.deepEqual(standing(mesh.poll(90, [answer([SYNCED])])), ['synced']);
    assert.deepEqual(standing(mesh.poll(101, [answer([STALE])])), ['stale']);
    assert.deepEqual(standing(mesh.poll(104, [answer([STALE])])), ['stale', 101]);
    assert.equal(cart(mesh.snapshot.history).outOfSync?.origin, 'observed');
    assert.deepEqual(standing(mesh.poll(114, [answer([STALE])])), ['stale', 101]);
    assert.deepEqual(standing(mesh.poll(124, [answer([SYNCED])])), ['synced']);
  });

  test('two looks within three seconds may be one push', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(101, [answer([STALE])]);
    assert.deepEqual(standing(mesh.poll(102, [answer([STALE])])), ['stale']);
    assert.deepEqual(standing(mesh.poll(103, [answer([STALE])])), ['stale']);
    assert.deepEqual(standing(mesh.poll(104, [answer([STALE])])), ['stale', 101]);
  });

  test('a busy proxy that is met in the middle of each push is not out of sync', () => {
    const mesh = polledMesh();
    for (let at = 0; at < 20; at += 1) {
      const busy = connection('shop', 'cart-1', { cds: sync(`n${at}>n${at + 1}`, at * 10) });
      assert.deepEqual(standing(mesh.poll(at * 10 + 5, [answer([busy])])), ['stale']);
    }
  });

  test('without nonces, STALE at two polls is out of sync, also while pushes go on; a time moves with each push', () => {
    const states = (state: 'SYNCED' | 'STALE', sentAt: number) =>
      connection('shop', 'cart-1', { cds: { state, sentAt: epochSeconds(sentAt) } });
    const mesh = polledMesh();
    mesh.poll(90, [answer([states('SYNCED', 80)])]);
    mesh.poll(100, [answer([states('SYNCED', 95)])]);
    assert.equal(cart(mesh.snapshot.history).connection?.types.cds?.sentAt, 95);
    mesh.poll(110, [answer([states('STALE', 105)])]);
    assert.deepEqual(standing(mesh.poll(120, [answer([states('STALE', 115)])])), ['stale', 110]);
    assert.deepEqual(standing(mesh.poll(130, [answer([states('SYNCED', 115)])])), ['synced']);
  });

  test('an acknowledgement of another type does not excuse the one that is stuck', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(100, [answer([connection('shop', 'cart-1', { cds: sync('a>b', 95), lds: sync('a>b', 95, 'no') })])]);
    const half = connection('shop', 'cart-1', { cds: sync('b>c', 105), lds: sync('a>c', 105, 'no') });
    assert.deepEqual(standing(mesh.poll(110, [answer([half])])), ['rejected', 100]);
  });

  test('an acknowledgement that moves begins the count anew', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(100, [answer([STALE])]);
    assert.deepEqual(standing(mesh.poll(110, [answer([STALE])])), ['stale', 100]);
    const moved = connection('shop', 'cart-1', { cds: sync('b>c', 115), lds: sync('a') });
    assert.deepEqual(standing(mesh.poll(120, [answer([moved])])), ['stale']);
    assert.deepEqual(standing(mesh.poll(130, [answer([moved])])), ['stale', 120]);
  });

  test('a reconnect is no acknowledgement: the count goes on, and so does the incident', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(100, [answer([STALE])]);
    const elsewhere = connection('shop', 'cart-1', { cds: sync('>y', 105) });
    assert.deepEqual(standing(mesh.poll(110, [answer([elsewhere], { name: 'istiod-2' })])), ['stale', 100]);
    const behind = connection('shop', 'cart-1', { cds: sync('y>z', 115) });
    assert.deepEqual(standing(mesh.poll(120, [answer([behind], { name: 'istiod-3' })])), ['stale', 100]);
    assert.deepEqual(standing(mesh.poll(130, [answer([STALE], { name: 'istiod-3' })])), ['stale']);
  });

  test('a proxy that reconnects again and again without an acknowledgement is out of sync', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    for (const at of [100, 110, 120]) {
      const again = connection(
        'shop',
        'cart-1',
        { cds: sync(`>n${at}`, at - 1) },
        { connectedAt: epochSeconds(at - 2) },
      );
      mesh.poll(at, [answer([again])]);
    }
    assert.deepEqual(standing(mesh.snapshot.history), ['stale', 100]);
  });

  test('what was so when we first looked is said to be only first seen', () => {
    const mesh = polledMesh();
    mesh.poll(100, [answer([STALE])]);
    mesh.poll(110, [answer([STALE])]);
    assert.deepEqual(cart(mesh.snapshot.history).outOfSync, { since: 100, origin: 'first_seen' });
  });

  test('a connection opened before our eyes is observed though never seen synced', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([])]);
    const fresh = { ...STALE, connectedAt: epochSeconds(95) };
    mesh.poll(100, [answer([fresh])]);
    mesh.poll(110, [answer([fresh])]);
    assert.deepEqual(cart(mesh.snapshot.history).outOfSync, { since: 100, origin: 'observed' });
  });

  test('NOT_SENT where nothing is to send is in sync, and so is a gateway without listeners', () => {
    const mesh = polledMesh();
    const gateway = connection('shop', 'cart-1', { cds: sync('a'), lds: sync('>'), rds: sync('>') });
    mesh.poll(90, [answer([gateway])]);
    assert.deepEqual(standing(mesh.poll(100, [answer([gateway])])), ['synced']);
  });

  test('a ztunnel of an istiod before 1.23 is unknown', () => {
    const mesh = polledMesh();
    const ztunnel = connection('shop', 'cart-1', {}, { type: 'ztunnel' });
    assert.deepEqual(standing(mesh.poll(90, [answer([ztunnel])])), ['unknown']);
  });
});

describe('unacknowledged since', () => {
  test('is the first push after the last acknowledged one, though sentTime moves with each push', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    const stale = (sent: string, sentAt: number) =>
      answer([connection('shop', 'cart-1', { cds: sync(`a>${sent}`, sentAt) })]);
    assert.equal(cart(mesh.poll(101, [stale('b', 100)])).types.cds?.unackedSince, 100);
    assert.equal(cart(mesh.poll(111, [stale('c', 110)])).types.cds?.unackedSince, 100);
    assert.equal(cart(mesh.poll(121, [stale('d', 120)])).types.cds?.unackedSince, 100);
    assert.equal(cart(mesh.poll(131, [answer([SYNCED])])).types.cds?.unackedSince, undefined);
  });

  test('a rejected push waits too', () => {
    const mesh = polledMesh();
    assert.equal(cart(mesh.poll(101, [answer([NACKED])])).types.lds?.unackedSince, 100);
  });

  test('an istiod whose clock runs ahead makes nothing begin in the future', () => {
    const mesh = polledMesh();
    const ahead = connection('shop', 'cart-1', { cds: sync('a>b', 500) });
    assert.equal(cart(mesh.poll(101, [answer([ahead])])).types.cds?.unackedSince, 101);
  });

  test('a reconnect acknowledges nothing by itself', () => {
    const mesh = polledMesh();
    mesh.poll(101, [answer([{ ...STALE, connectedAt: epochSeconds(5) }])]);
    const again = connection('shop', 'cart-1', { cds: sync('>z', 110) }, { connectedAt: epochSeconds(109) });
    assert.equal(cart(mesh.poll(111, [answer([again])])).types.cds?.unackedSince, 100);
  });
});

describe('missing', () => {
  test('one incident from STALE over missing and a slow reconnect to SYNCED', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    const steps: readonly [number, Parameters<typeof answer>[0], readonly unknown[]][] = [
      [90, [SYNCED], ['synced']],
      [101, [STALE], ['stale']],
      [104, [STALE], ['stale', 101]],
      [107, [], ['stale', 101]],
      [110, [], ['missing', 101]],
      [113, [connection('shop', 'cart-1', { cds: sync('>z'), lds: sync('>') })], ['stale', 101]],
      [116, [connection('shop', 'cart-1', { cds: sync('z'), lds: sync('>') })], ['stale', 101]],
      [119, [connection('shop', 'cart-1', { cds: sync('z'), lds: sync('z') })], ['synced']],
    ];
    for (const [at, proxies, expected] of steps) {
      assert.deepEqual(standing(mesh.poll(at, [answer(proxies)])), expected, `at ${at}`);
    }
    const changes = cart(mesh.snapshot.history).changes.map(
      ({ xdsType, from, to }) => `${xdsType ?? ''} ${from} ${to}`,
    );
    assert.deepEqual(changes, [
      'cds SYNCED STALE',
      ' STALE ABSENT',
      ' ABSENT MISSING',
      'lds SYNCED NOT_SENT',
      ' MISSING STALE',
      'cds STALE SYNCED',
      'lds NOT_SENT SYNCED',
    ]);
  });

  test('a proxy that only reconnects between two polls is never missing', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer([SYNCED])]);
    assert.deepEqual(standing(mesh.poll(100, [answer([])])), ['synced']);
    assert.equal(cart(mesh.snapshot.history).absentSince, 100);
    assert.equal(cart(mesh.snapshot.history).lastListedAt, 90);
    const back = cart(mesh.poll(103, [answer([SYNCED])]));
    assert.equal(back.verdict, 'synced');
    assert.equal(back.absentSince, undefined);
    assert.equal(back.lastListedAt, undefined);
  });

  test('keeps the last connection, and no longer knows of it once the pod is gone', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(100, [answer([])]);
    assert.equal(cart(mesh.poll(110, [answer([])])).connection, SYNCED);
    mesh.setPods([]);
    assert.equal(mesh.poll(120, [answer([])]).proxies.size, 0);
  });

  const never: readonly [about: string, Partial<ReturnType<typeof pod>>][] = [
    ['terminating', { terminating: true }],
    ['completed', { phase: 'Succeeded' }],
    ['failed', { phase: 'Failed' }],
    ['a proxy that does not run', { proxy: { native: false, running: false, restarts: 7 } }],
    [
      'a proxy that has just started',
      { proxy: { native: true, running: true, startedAt: epochSeconds(80), restarts: 0 } },
    ],
    ['gRPC without Envoy', { annotations: { 'inject.istio.io/templates': 'grpc-agent' } }],
  ];
  for (const [about, changes] of never) {
    test(`never: ${about}`, () => {
      const mesh = polledMesh();
      mesh.setPods([pod('shop', 'cart-1', changes)]);
      mesh.poll(90, [answer([])]);
      assert.equal(mesh.poll(100, [answer([])]).proxies.size, 0);
    });
  }

  test('never: a pod without a proxy', () => {
    const { proxy: _, ...bare } = pod('shop', 'cart-1');
    const mesh = polledMesh();
    mesh.setPods([bare]);
    mesh.poll(90, [answer([])]);
    assert.equal(mesh.poll(100, [answer([])]).proxies.size, 0);
  });

  test('after its grace a proxy that never connected is missing, and that was observed', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([])]);
    mesh.setPods([
      pod('shop', 'cart-1', { proxy: { native: true, running: true, startedAt: epochSeconds(95), restarts: 0 } }),
    ]);
    assert.equal(mesh.poll(125, [answer([])]).proxies.size, 0);
    assert.deepEqual(standing(mesh.poll(126, [answer([])])), ['unknown']);
    assert.deepEqual(standing(mesh.poll(129, [answer([])])), ['missing', 126]);
    assert.equal(cart(mesh.snapshot.history).outOfSync?.origin, 'observed');
  });

  test('a restarted proxy has its grace, and what was wrong before is remembered', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer([SYNCED])]);
    mesh.poll(100, [answer([])]);
    assert.deepEqual(standing(mesh.poll(110, [answer([])])), ['missing', 100]);
    mesh.setPods([
      pod('shop', 'cart-1', { proxy: { native: false, running: true, startedAt: epochSeconds(115), restarts: 1 } }),
    ]);
    assert.deepEqual(standing(mesh.poll(120, [answer([])])), ['unknown', 100]);
    assert.deepEqual(standing(mesh.poll(150, [answer([])])), ['missing', 100]);
  });

  test('a pod already disconnected when we first looked is first seen', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer([])]);
    assert.deepEqual(standing(mesh.poll(100, [answer([])])), ['missing', 90]);
    assert.equal(cart(mesh.snapshot.history).outOfSync?.origin, 'first_seen');
  });

  test('as many as the rows that could not be read may be among those', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    for (const at of [90, 100]) mesh.poll(at, [{ ...answer([]), skippedRows: 1 }]);
    assert.deepEqual(standing(mesh.snapshot.history), ['unknown']);
    mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'cart-2')]);
    for (const at of [110, 120]) mesh.poll(at, [{ ...answer([]), skippedRows: 1 }]);
    assert.deepEqual(standing(mesh.snapshot.history), ['missing', 110]);
  });

  test('a cluster id in the configuration that nobody uses makes no pod missing', () => {
    const mesh = polledMesh({ meshCluster: 'wrong' });
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer([SYNCED])]);
    const history = mesh.poll(100, [answer([SYNCED])]);
    assert.deepEqual([...history.proxies.keys()], [CART]);
    assert.equal(cart(mesh.poll(110, [answer([SYNCED])])).verdict, 'synced');
    for (const at of [120, 130]) mesh.poll(at, [answer([])]);
    assert.deepEqual([...mesh.snapshot.history.proxies.keys()], [CART], 'what was learned is remembered');
    assert.equal(cart(mesh.snapshot.history).verdict, 'missing');
  });
});

describe('who may be blind', () => {
  const pods = [pod('shop', 'cart-1')];
  const other = connection('shop', 'other-1', { cds: sync('a') });
  const cases: readonly [about: string, second: ReturnType<typeof answer>, expected: string][] = [
    ['a Ready istiod of the revision that refuses', answer([], { name: 'b' }, REFUSED), 'unknown'],
    ['a crash-looping replica', answer([], { name: 'b', ready: false }, REFUSED), 'missing'],
    ['a Ready istiod of another revision', answer([], { name: 'b', revision: 'canary' }, REFUSED), 'missing'],
    [
      'a fixed URL that refuses, of which readiness is not known',
      withoutReady(answer([], { name: 'b' }, REFUSED)),
      'unknown',
    ],
    ['an istiod just restarted', answer([], { name: 'b', startedAt: epochSeconds(80) }), 'unknown'],
    ['an istiod restarted half a minute ago', answer([], { name: 'b', startedAt: epochSeconds(55) }), 'unknown'],
    ['an istiod restarted a minute ago', answer([], { name: 'b', startedAt: epochSeconds(40) }), 'missing'],
    [
      'one that restarts and is not Ready',
      answer([], { name: 'b', ready: false, startedAt: epochSeconds(80) }),
      'missing',
    ],
    ['a healthy one', answer([], { name: 'b' }), 'missing'],
  ];
  for (const [about, second, expected] of cases) {
    test(`${about}: ${expected}`, () => {
      const mesh = polledMesh();
      mesh.setPods(pods);
      mesh.poll(85, [answer([other, SYNCED]), answer([], { name: 'b' })]);
      for (const at of [90, 100]) mesh.poll(at, [answer([other]), second]);
      assert.equal(cart(mesh.snapshot.history).verdict, expected);
    });
  }

  function withoutReady({ istiod, ...rest }: ReturnType<typeof answer>): ReturnType<typeof answer> {
    const { ready: _, ...fixed } = istiod;
    return { ...rest, istiod: fixed };
  }

  test('the proxies of an istiod that cannot be asked are unknown, not gone, whatever Kubernetes knows', () => {
    for (const known of [pods, undefined]) {
      const mesh = polledMesh();
      mesh.setPods(known);
      mesh.poll(90, [answer([other]), answer([SYNCED], { name: 'b' })]);
      for (const at of [100, 500, 900]) {
        mesh.poll(at, [answer([other]), answer([SYNCED], { name: 'b' }, REFUSED)]);
        assert.equal(cart(mesh.snapshot.history).verdict, 'unknown');
      }
    }
  });

  test('an istiod that refuses may hold a proxy whose revision nobody knows', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1', { annotations: { 'istio.io/rev': 'v9' } })]);
    for (const at of [90, 100]) mesh.poll(at, [answer([]), answer([], { name: 'b' }, REFUSED)]);
    assert.equal(cart(mesh.snapshot.history).verdict, 'unknown');
    assert.equal(cart(mesh.poll(110, [answer([]), answer([], { name: 'b' })])).verdict, 'unknown');
    assert.equal(cart(mesh.poll(120, [answer([]), answer([], { name: 'b' })])).verdict, 'missing');
  });

  test('a virtual machine has no pod: unknown while its istiod cannot be asked, gone when it is not listed', () => {
    const mesh = polledMesh();
    mesh.setPods([]);
    mesh.poll(90, [answer([]), answer([SYNCED], { name: 'b' })]);
    const refusing = answer([SYNCED], { name: 'b' }, REFUSED);
    assert.equal(cart(mesh.poll(100, [answer([]), refusing])).verdict, 'unknown');
    assert.equal(mesh.poll(110, [answer([]), answer([], { name: 'b' })]).proxies.size, 0);
  });

  test('a proxy that moved to an istiod that answers is believed there', () => {
    const mesh = polledMesh();
    mesh.setPods(pods);
    mesh.poll(90, [answer([]), answer([SYNCED], { name: 'b' })]);
    const history = mesh.poll(100, [answer([SYNCED]), answer([STALE], { name: 'b' }, REFUSED)]);
    assert.deepEqual([cart(history).verdict, cart(history).istiod], ['synced', 'istiod-1']);
  });

  test('nobody answers: nothing is missing', () => {
    const mesh = polledMesh();
    mesh.setPods(pods);
    for (const istiods of [[answer([], {}, REFUSED)], [], [answer([], { ready: false }, REFUSED)]]) {
      mesh.poll(100, istiods);
      assert.deepEqual(standing(mesh.poll(110, istiods)), ['unknown']);
    }
  });

  test('a revision tag leads to its istiods', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1', { annotations: {}, labels: { 'istio.io/rev': 'prod' } })]);
    const webhook = {
      configuration: 'tag-prod',
      name: 'w',
      revision: 'v2',
      tag: 'prod',
      createdAt: epochSeconds(1),
      namespaceSelector: {},
      objectSelector: {},
    };
    mesh.setCluster({ injectors: fresh(new Map([['w', webhook]])) });
    const istiods = (blind: string) => [
      answer([]),
      answer([], { name: 'v2', revision: 'v2' }, ...(blind === 'v2' ? [REFUSED] : [])),
      answer([], { name: 'v1', revision: 'v1' }, ...(blind === 'v1' ? [REFUSED] : [])),
    ];
    for (const at of [90, 100]) mesh.poll(at, istiods('v1'));
    assert.equal(cart(mesh.snapshot.history).verdict, 'missing');
    assert.equal(cart(mesh.poll(110, istiods('v2'))).verdict, 'unknown');
  });
});

describe('without Kubernetes', () => {
  test('a vanished proxy is last known for a while, never missing, then not spoken of', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    assert.deepEqual(standing(mesh.poll(100, [answer([])])), ['unknown']);
    assert.deepEqual(standing(mesh.poll(390, [answer([])])), ['unknown']);
    assert.equal(mesh.poll(391, [answer([])]).proxies.size, 0);
  });

  test('pods of which nothing was heard for long prove nothing', () => {
    const mesh = polledMesh();
    mesh.setCluster({
      pods: { state: 'stale', at: epochSeconds(50), value: objects([pod('shop', 'cart-1')]), error: REFUSED },
    });
    mesh.poll(90, [answer([])]);
    assert.deepEqual(standing(mesh.poll(100, [answer([])])), ['missing', 90]);
    assert.deepEqual(standing(mesh.poll(111, [answer([])])), ['unknown', 90]);
  });

  test('who was missing when Kubernetes fell silent stays out of sync for as long, as nobody can say otherwise', () => {
    const mesh = polledMesh();
    const pods = objects([pod('shop', 'cart-1'), pod('shop', 'fine-1')]);
    const fine = connection('shop', 'fine-1', { cds: sync('a') });
    mesh.setCluster({ pods: { state: 'fresh', at: epochSeconds(90), value: pods } });
    mesh.poll(90, [answer([SYNCED, fine])]);
    for (const at of [100, 110]) mesh.poll(at, [answer([fine])]);
    mesh.setCluster({ pods: { state: 'stale', at: epochSeconds(110), value: pods, error: REFUSED } });
    for (const at of [200, 700]) assert.deepEqual(standing(mesh.poll(at, [answer([])])), ['unknown', 100], `at ${at}`);
    assert.equal(mesh.snapshot.history.proxies.has('Kubernetes/shop/fine-1'), false);
    mesh.setPods([pod('shop', 'fine-1')]);
    assert.equal(mesh.poll(710, [answer([fine])]).proxies.has(CART), false);
  });

  test('a proxy of another cluster cannot be called missing by our pods', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'far-1')]);
    const far = connection('shop', 'far-2', { cds: sync('a') }, { cluster: 'east' });
    mesh.poll(90, [answer([SYNCED, far])]);
    for (const at of [100, 110]) mesh.poll(at, [answer([SYNCED])]);
    assert.equal(mesh.snapshot.history.proxies.get('east/shop/far-2')?.verdict, 'unknown');
    assert.equal(mesh.snapshot.history.proxies.get('Kubernetes/shop/far-1')?.verdict, 'missing');
  });
});

describe('memory', () => {
  test('the same poll again changes nothing, and no answer yet neither', () => {
    const mesh = polledMesh();
    const history = mesh.poll(90, [answer([SYNCED])]);
    assert.equal(advanceHistory(history, mesh.snapshot, epochSeconds(99)), history);
    const pending = { ...mesh.snapshot, controlPlane: { state: 'pending' } as const };
    assert.equal(advanceHistory(history, pending, epochSeconds(99)), history);
  });

  test('a proxy of which nothing changed stays the same object', () => {
    const mesh = polledMesh();
    const twin = () => answer([connection('shop', 'cart-1', { cds: sync('a'), lds: sync('a') })]);
    const before = cart(mesh.poll(90, [twin()]));
    assert.equal(cart(mesh.poll(100, [twin()])), before);
    const stale = () => answer([connection('shop', 'cart-1', { cds: sync('a>b'), lds: sync('a') })]);
    mesh.poll(110, [stale()]);
    const settled = cart(mesh.poll(120, [stale()]));
    assert.equal(cart(mesh.poll(130, [stale()])), settled);
  });

  test('changes are counted by namespace, type and state, each from zero', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([SYNCED])]);
    const counts = (history: SyncHistory): Record<string, number> =>
      Object.fromEntries(
        history.changes.map(({ proxyNamespace, xdsType, state, count }) => [
          `${proxyNamespace} ${xdsType} ${state}`,
          count,
        ]),
      );
    const zero = counts(mesh.snapshot.history);
    assert.equal(Object.keys(zero).length, 8);
    assert.deepEqual(new Set(Object.values(zero)), new Set([0]));
    for (const [at, proxy] of [
      [100, STALE],
      [110, SYNCED],
      [120, STALE],
    ] as const)
      mesh.poll(at, [answer([proxy])]);
    assert.deepEqual(counts(mesh.snapshot.history), { ...zero, 'shop cds STALE': 2, 'shop cds SYNCED': 1 });
  });

  test('a namespace without proxies is no longer counted', () => {
    const mesh = polledMesh();
    mesh.setPods([]);
    mesh.poll(90, [answer([SYNCED])]);
    assert.deepEqual(mesh.poll(100, [answer([])]).changes, []);
  });

  test('fifty changes of a flapping proxy are kept, the newest last', () => {
    const mesh = polledMesh();
    for (let at = 1; at <= 120; at += 1) mesh.poll(at * 10, [answer([at % 2 === 0 ? STALE : SYNCED])]);
    const { changes, outOfSync } = cart(mesh.snapshot.history);
    assert.equal(changes.length, 50);
    assert.equal(changes.at(-1)?.at, 1200);
    assert.equal(outOfSync, undefined);
  });
});
