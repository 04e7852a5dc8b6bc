import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Attempt, pickTarget } from '../../../src/sources/inspection/pick.ts';
import type { InspectionTarget } from '../../../src/sources/inspection/targets.ts';
import { computingMs } from '../../support/computing-ms.ts';
import { target } from '../../support/inspection-source.ts';

const MINUTE = 60_000;

function attempt(atMs: number, changes: Partial<Attempt> = {}): Attempt {
  return { atMs, failures: 0, isDoubtful: false, ...changes };
}

/** @param seen by name, when it was looked into */
function pick(
  list: readonly InspectionTarget[],
  seen: Readonly<Record<string, Attempt>>,
  { busy = [], turn = 0, nowMs = 100 * MINUTE }: { busy?: readonly string[]; turn?: number; nowMs?: number } = {},
): string | undefined {
  const attempts = new Map(Object.entries(seen).map(([name, each]) => [`shop/${name}`, each]));
  const taken = new Set(busy.map((name) => `shop/${name}`));
  return pickTarget(list, { attempts, busy: taken, nowMs, intervalMs: MINUTE, turn })?.name;
}

const [cart1, cart2, cart3] = [target('cart-1'), target('cart-2'), target('cart-3')];
const [pay1, pay2] = [target('pay-1'), target('pay-2')];
const all = [cart1, cart2, cart3, pay1, pay2];
const at = (minute: number, changes?: Partial<Attempt>): Attempt => attempt(minute * MINUTE, changes);

describe('whom to look into next', () => {
  const stale = target('pay-2', { verdict: 'stale' });
  const rejected = target('pay-1', { verdict: 'rejected' });
  const cases: readonly (readonly [what: string, picked: string | undefined, expected: string | undefined])[] = [
    ['nobody is there', pick([], {}), undefined],
    ['nobody has been seen', pick(all, {}), 'cart-1'],
    ['out of sync first', pick([cart1, stale], {}), 'pay-2'],
    ['of those the one not seen', pick([stale, rejected], { 'pay-1': at(1) }), 'pay-2'],
    ['and then the one seen longest ago', pick([stale, rejected], { 'pay-1': at(2), 'pay-2': at(1) }), 'pay-2'],
    ['one that was found to differ', pick(all, { 'cart-2': at(90, { isDoubtful: true }) }), 'cart-2'],
    ['each third turn is not theirs', pick([cart1, stale], {}, { turn: 2 }), 'cart-1'],
    ['unless there are no others', pick([stale], {}, { turn: 2 }), 'pay-2'],
    ['an urgent one not at once again', pick([cart1, stale], { 'pay-2': at(98) }), 'cart-1'],
    ['the other replica of one just seen', pick(all, { 'cart-2': at(99.5) }), 'cart-1'],
    ['not a third one of it', pick(all, { 'cart-1': at(99), 'cart-2': at(99.5) }), 'pay-1'],
    ['a look that failed makes no pair', pick(all, { 'cart-2': at(99.5, { failures: 1 }) }), 'pay-1'],
    [
      'replicas of another template make no pair',
      pick([cart1, target('cart-2', { kin: 'new' }), pay1], { 'cart-1': at(99.5) }),
      'cart-2',
    ],
    ['a workload that nobody has seen', pick(all, { 'cart-1': at(1), 'cart-2': at(1) }), 'pay-1'],
    [
      'a proxy that nobody has seen',
      pick(all, { 'cart-1': at(1), 'cart-2': at(1), 'pay-1': at(1), 'pay-2': at(0) }),
      'cart-3',
    ],
    [
      'the oldest look',
      pick(all, { 'cart-1': at(3), 'cart-2': at(5), 'cart-3': at(4), 'pay-1': at(2), 'pay-2': at(6) }),
      'pay-1',
    ],
    ['nobody twice in one interval', pick([cart1], { 'cart-1': at(99.5) }), undefined],
    ['nobody who is being looked into', pick([cart1], {}, { busy: ['cart-1'] }), undefined],
    [
      'one that failed four times waits sixteen intervals',
      pick([cart1], { 'cart-1': at(85, { failures: 4 }) }),
      undefined,
    ],
    ['and no longer', pick([cart1], { 'cart-1': at(84, { failures: 9 }) }), 'cart-1'],
  ];
  for (const [what, picked, expected] of cases) test(what, () => assert.equal(picked, expected));
});

/** Looks every ten seconds, so many; who was looked into, in their order. */
function looksAt(list: readonly InspectionTarget[], looks: number): readonly InspectionTarget[] {
  const attempts = new Map<string, Attempt>();
  return Array.from({ length: looks }, (_, turn) => turn).flatMap((turn) => {
    const nowMs = turn * 10_000;
    const picked = pickTarget(list, { attempts, busy: new Set(), nowMs, intervalMs: MINUTE, turn });
    if (picked === undefined) return [];
    attempts.set(picked.key, attempt(nowMs, { isDoubtful: picked.verdict === 'stale' }));
    return [picked];
  });
}

test('everybody is seen in the end, whoever is urgent', () => {
  const workloads = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(workloads, fc.integer({ min: 0, max: 5 }), (sizes, urgent) => {
      const list = sizes.flatMap((size, nth) =>
        Array.from({ length: size }, (_, own) => target(`w${nth}-${own}`, nth < urgent ? { verdict: 'stale' } : {})),
      );
      const seen = new Set(looksAt(list, 6 * list.length).map(({ key }) => key));
      assert.equal(seen.size, list.length);
    }),
    { numRuns: 300 },
  );
});

test('replicas are looked into in pairs, each workload as often as the others', () => {
  const list = Array.from({ length: 10 }, (_, nth) => [1, 2, 3].map((own) => target(`w${nth}-${own}`))).flat();
  const workloads = looksAt(list, 40).map(({ workload }) => workload);
  const pairs = Array.from({ length: 20 }, (_, nth) => workloads.slice(2 * nth, 2 * nth + 2));
  for (const [one, other] of pairs) assert.equal(one, other);
  assert.deepEqual(
    new Set(
      Map.groupBy(workloads, (name) => name)
        .values()
        .map(({ length }) => length),
    ),
    new Set([4]),
  );
});

test('of ten thousand proxies one is picked in a few milliseconds', () => {
  const list = Array.from({ length: 10_000 }, (_, nth) => target(`w${nth % 500}-${nth}`));
  const attempts = new Map(list.slice(0, 9_000).map(({ key }, nth) => [key, attempt(nth)]));
  const tookMs = computingMs(() => {
    for (let nth = 0; nth < 5; nth++) {
      pickTarget(list, { attempts, busy: new Set(), nowMs: 1e9, intervalMs: MINUTE, turn: nth });
    }
  });
  assert.ok(tookMs < 500, `${tookMs} ms`);
});
