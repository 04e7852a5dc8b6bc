import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import { advanceEndpointChanges, type EndpointChanges } from '../../src/model/endpoint-changes.ts';
import { advanceGone, type GoneRequests, LATELY_SECONDS } from '../../src/model/gone-requests.ts';
import { OTHER, type UpstreamHostCount } from '../../src/model/traffic.ts';
import type { EndpointSlice } from '../../src/model/workload.ts';
import { objects } from '../support/mesh.ts';

const PAIR = { proxyNamespace: 'shop', workload: 'web-v1', destination: 'cart.shop.svc.cluster.local' };

function hosts(counts: Readonly<Record<string, number>>): readonly UpstreamHostCount[] {
  return Object.entries(counts).map(([address, count]) => ({ ...PAIR, address, count }));
}

function sliceOf(addresses: readonly string[]): EndpointSlice {
  const endpoints = addresses.map((address) => ({
    addresses: [address],
    ready: true,
    serving: true,
    terminating: false,
  }));
  return { namespace: 'shop', name: 'cart-1', service: 'cart', ports: [], endpoints };
}

/** The memory over a course of events, each at a second. */
interface Course {
  gone: GoneRequests | undefined;
  changes: EndpointChanges | undefined;
  slices(at: number, ...addresses: readonly string[]): void;
  counts(at: number, counts: Readonly<Record<string, number>>, news?: { isLive?: boolean; known?: boolean }): void;
}

function course(onlyOnceListed = false): Course {
  const made: Course = {
    gone: undefined,
    changes: undefined,
    slices: (at, ...addresses) => {
      const slices = objects([sliceOf(addresses)]);
      made.changes = advanceEndpointChanges(made.changes, { slices, at: epochSeconds(at) });
    },
    counts: (at, counts, { isLive = true, known = true } = {}) => {
      const changes = known ? made.changes : undefined;
      const news = { at: epochSeconds(at), hosts: hosts(counts), changes, isLive, onlyOnceListed };
      made.gone = advanceGone(made.gone, news);
    },
  };
  return made;
}

function total(gone: GoneRequests | undefined): number | undefined {
  return gone?.counts.reduce((sum, { count }) => sum + count, 0);
}

describe('requests to endpoints that are gone', () => {
  test('count when the address has been in no slice for longer than the grace', () => {
    const mesh = course();
    mesh.slices(100, 'a', 'b');
    mesh.counts(100, { a: 5, b: 5 });
    assert.deepEqual(mesh.gone?.counts, [{ ...PAIR, count: 0 }]);
    mesh.slices(200, 'a');
    mesh.counts(201, { a: 6, b: 8 });
    mesh.counts(230, { a: 7, b: 9 });
    assert.equal(total(mesh.gone), 0, 'within 30 s a pod that terminates still answers');
    mesh.counts(231, { a: 8, b: 11 });
    assert.deepEqual(mesh.gone?.counts, [{ ...PAIR, count: 2 }]);
    assert.deepEqual(mesh.gone?.lately, [{ ...PAIR, address: 'b', count: 2, lastAt: 231 }]);
  });

  test('what was counted before both were known is not looked at, nor what is read of the time before the start', () => {
    const mesh = course();
    mesh.counts(10, { x: 100 });
    assert.equal(mesh.gone, undefined);
    mesh.slices(20, 'a');
    mesh.counts(20, { x: 200 });
    mesh.counts(100, { x: 300 }, { isLive: false });
    assert.equal(total(mesh.gone), 0);
  });

  test('nor what grows while EndpointSlices are not known', () => {
    const mesh = course();
    mesh.slices(0, 'a', 'b');
    mesh.counts(0, { b: 1 });
    mesh.slices(10, 'a');
    mesh.counts(100, { b: 50 }, { known: false });
    mesh.counts(101, { b: 51 });
    assert.equal(total(mesh.gone), 1);
  });

  test('an address that nobody has ever seen in a slice has its grace from its first request on', () => {
    const mesh = course();
    mesh.slices(0, 'a');
    mesh.counts(0, {});
    mesh.counts(500, { x: 3 });
    mesh.counts(530, { x: 4 });
    assert.equal(total(mesh.gone), 0);
    mesh.counts(531, { x: 6 });
    assert.equal(total(mesh.gone), 2);
  });

  test('but where the mesh has several clusters it may be of another one', () => {
    const mesh = course(true);
    mesh.slices(0, 'a', 'b');
    mesh.counts(0, { x: 1, b: 1 });
    mesh.slices(10, 'a');
    mesh.counts(20, { x: 2, b: 2 });
    mesh.counts(900, { x: 90, b: 5 });
    assert.deepEqual(
      mesh.gone?.lately.map(({ address, count }) => `${address} ${count}`),
      ['b 3'],
    );
  });

  test('an address that is listed again is an endpoint again, with a grace of its own when it goes once more', () => {
    const mesh = course();
    mesh.slices(0, 'a', 'b');
    mesh.counts(0, {});
    mesh.slices(10, 'a');
    mesh.counts(50, { b: 1 });
    assert.equal(total(mesh.gone), 1);
    mesh.slices(60, 'a', 'b');
    mesh.slices(100, 'a');
    mesh.counts(120, { b: 9 });
    assert.equal(total(mesh.gone), 1);
    mesh.counts(131, { b: 10 });
    assert.equal(total(mesh.gone), 2);
  });

  test('a count that is lower than before has begun anew', () => {
    const mesh = course();
    mesh.slices(0, 'a');
    mesh.counts(0, { x: 50 });
    mesh.counts(10, { x: 51 });
    mesh.counts(100, { x: 3 });
    assert.equal(total(mesh.gone), 3);
  });

  test('hosts beyond the cap are not looked at, and said', () => {
    const mesh = course();
    mesh.slices(0, 'a');
    mesh.counts(0, {});
    mesh.counts(100, { [OTHER]: 7 });
    mesh.counts(200, { [OTHER]: 9 });
    assert.deepEqual([mesh.gone?.untold, mesh.gone?.counts], [9, []]);
  });

  test('what was lately is forgotten, and the count is not', () => {
    const mesh = course();
    mesh.slices(0, 'a');
    mesh.counts(0, { x: 0 });
    mesh.counts(1, { x: 1 });
    mesh.counts(100, { x: 4 });
    assert.equal(mesh.gone?.lately.length, 1);
    mesh.counts(100 + LATELY_SECONDS + 1, { x: 4 });
    assert.deepEqual([mesh.gone?.lately, total(mesh.gone)], [[], 3]);
  });
});

const address = fc.constantFrom('a', 'b', 'c');
const event = fc.oneof(
  fc.record({ kind: fc.constant('slices' as const), addresses: fc.subarray(['a', 'b', 'c']) }),
  fc.record({ kind: fc.constant('grow' as const), address, by: fc.nat(5) }),
  fc.record({ kind: fc.constant('anew' as const), address }),
  fc.record({ kind: fc.constant('look' as const), known: fc.boolean(), isLive: fc.boolean() }),
);

test('whatever comes in whatever order: never more than there were requests, never backwards, never of a listed address', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.integer({ min: 0, max: 40 })), { maxLength: 60 }),
      fc.boolean(),
      (events, once) => {
        const mesh = course(once);
        const counts: Record<string, number> = {};
        let requests = 0;
        let at = 100;
        let last = 0;
        for (const [each, seconds] of events) {
          at += seconds;
          if (each.kind === 'slices') mesh.slices(at, ...each.addresses);
          else if (each.kind === 'grow') {
            counts[each.address] = (counts[each.address] ?? 0) + each.by;
            requests += each.by;
          } else if (each.kind === 'anew') delete counts[each.address];
          const before = mesh.gone?.lately ?? [];
          mesh.counts(at, { ...counts }, each.kind === 'look' ? each : {});
          const now = total(mesh.gone) ?? 0;
          assert.ok(now >= last && now <= requests, `${last} then ${now} of ${requests}`);
          last = now;
          for (const host of mesh.gone?.lately ?? []) {
            const isNew = !before.some((old) => old.address === host.address && old.count === host.count);
            assert.ok(!isNew || mesh.changes?.listed.has(host.address) === false);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
