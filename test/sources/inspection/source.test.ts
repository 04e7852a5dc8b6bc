import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Exchange, startInspectionSource, TestFailure, target } from '../../support/inspection-source.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const keysOf = (exchanges: readonly Exchange[], of: Exchange['of']): readonly string[] =>
  exchanges.filter((each) => each.of === of).map(({ key }) => key);

test('that nobody has been looked into is told at once', async () => {
  const source = startInspectionSource();
  await source.time.pass(0);
  assert.deepEqual(source.published, [{ proxies: new Map(), failed: new Map() }]);
  assert.deepEqual(source.exchanges, []);
  await source.stop();
});

test('a look is told once polls of the istiods have said what was sent meanwhile', async () => {
  const source = startInspectionSource({ facts: (_, asked) => (asked ? { differences: { routes: ['80'] } } : {}) });
  source.set([target('cart-1')]);
  await source.time.pass(1_500);
  assert.deepEqual(keysOf(source.exchanges, 'envoy'), ['shop/cart-1']);
  assert.equal(source.published.at(-1)?.proxies.size, 0);
  await source.time.pass(2 * SECOND);
  assert.deepEqual(source.published.at(-1)?.proxies.get('shop/cart-1'), {
    namespace: 'shop',
    name: 'cart-1',
    workload: 'cart',
    kin: 'k',
    at: 1_000,
    settled: { clusters: 5, listeners: 5, routes: 5, endpoints: 5 },
    differences: { routes: ['80'] },
  });
  assert.deepEqual(source.reports, [{ ok: true, errors: [] }]);
  await source.stop();
});

test('what was sent while it was looked into makes its differences those of a moment', async () => {
  const source = startInspectionSource({ facts: () => ({ differences: { routes: ['80'], clusters: [] } }) });
  const before = target('cart-1');
  source.set([before]);
  await source.time.pass(1_500);
  source.set([{ ...before, delivered: { ...before.delivered, routes: { nonce: 'n2', sentAt: 1_001 } } }]);
  await source.time.pass(2 * SECOND);
  const look = source.published.at(-1)?.proxies.get('shop/cart-1');
  assert.deepEqual(
    [look?.differences, Object.keys(look?.settled ?? {})],
    [{ clusters: [] }, ['clusters', 'listeners', 'endpoints']],
  );
  await source.stop();
});

test('without polls a look is told all the same, after a while, and nothing of it counts as settled', async () => {
  const source = startInspectionSource({ facts: () => ({ weights: [], differences: { routes: ['80'] } }) });
  source.set([target('cart-1')]);
  await source.time.pass(500);
  source.set(undefined);
  await source.time.pass(62 * SECOND);
  const { settled, weights, differences } = source.published.at(-1)?.proxies.get('shop/cart-1') ?? {};
  assert.deepEqual([settled, weights, differences], [{}, [], undefined]);
  await source.stop();
});

test('replicas of a workload are looked into one after the other', async () => {
  const source = startInspectionSource();
  source.set(['a-1', 'b-1', 'b-2', 'c-1', 'a-2', 'c-2'].map((name) => target(name)));
  await source.time.pass(55 * SECOND);
  assert.deepEqual(
    keysOf(source.exchanges, 'envoy'),
    ['a-1', 'a-2', 'b-1', 'b-2', 'c-1', 'c-2'].map((name) => `shop/${name}`),
  );
  await source.stop();
});

describe('istiod', () => {
  test('is asked of proxies in sync and behind, not of those that have rejected or that it does not list', async () => {
    const source = startInspectionSource({}, { perMinute: 60 });
    source.set(
      (['synced', 'stale', 'rejected', 'missing', 'unknown'] as const).map((verdict) =>
        target(`${verdict}-1`, { verdict }),
      ),
    );
    await source.time.pass(20 * SECOND);
    assert.equal(new Set(keysOf(source.exchanges, 'envoy')).size, 5);
    assert.deepEqual(new Set(keysOf(source.exchanges, 'istiod')), new Set(['shop/synced-1', 'shop/stale-1']));
    await source.stop();
  });

  test('is not asked where it is not wanted', async () => {
    const source = startInspectionSource({}, { askIstiod: false });
    source.set([target('a-1'), target('b-1')]);
    await source.time.pass(MINUTE);
    assert.deepEqual(keysOf(source.exchanges, 'istiod'), []);
    await source.stop();
  });

  test('in trouble is asked less, and Envoys as before', async () => {
    const sentTo = async (): Promise<void> => {
      throw new TestFailure({ retryAfterMs: 10 * MINUTE });
    };
    const source = startInspectionSource({ sentTo, facts: () => ({ weights: [] }) });
    source.set(Array.from({ length: 30 }, (_, nth) => target(`w${nth}-1`)));
    await source.time.pass(5 * MINUTE - SECOND);
    assert.equal(keysOf(source.exchanges, 'envoy').length, 30);
    assert.equal(keysOf(source.exchanges, 'istiod').length, 1);
    assert.deepEqual(source.reports[0], { ok: true, errors: [{ code: 'refused', detail: 'nobody there' }] });
    assert.equal(source.published.at(-1)?.failed.size, 0);
    await source.stop();
  });
});

describe('failures', () => {
  test('of one proxy are told, are no sign of trouble, and what it told before stands', async () => {
    let isDown = false;
    const look = async (key: string): Promise<void> => {
      if (isDown && key === 'shop/a-1') throw new TestFailure({ slows: false });
    };
    const source = startInspectionSource({ look });
    source.set([target('a-1'), target('b-1')]);
    await source.time.pass(30 * SECOND);
    isDown = true;
    await source.time.pass(MINUTE);
    const { proxies, failed } = source.published.at(-1) ?? {};
    assert.deepEqual(
      [[...(proxies?.keys() ?? [])], [...(failed ?? [])]],
      [['shop/a-1', 'shop/b-1'], [['shop/a-1', { at: 1_060, detail: 'nobody there' }]]],
    );
    assert.deepEqual(source.reports.at(-1), { ok: true, errors: [] }, 'the other one was looked into');
    assert.ok(source.reports.some(({ ok, errors }) => ok && errors.length === 1));
    isDown = false;
    await source.time.pass(10 * MINUTE);
    assert.equal(source.published.at(-1)?.failed.size, 0);
    await source.stop();
  });

  test('of all slow it down, and it says that it is down', async () => {
    const source = startInspectionSource({
      look: async () => {
        throw new TestFailure();
      },
    });
    source.set(Array.from({ length: 100 }, (_, nth) => target(`w${nth}-1`)));
    await source.time.pass(10 * MINUTE);
    const starts = source.exchanges.map(({ fromMs }) => fromMs / SECOND);
    assert.deepEqual(starts, [0, 10, 25, 55, 115, 235, 475]);
    assert.ok(source.reports.every(({ ok }) => !ok));
    await source.stop();
  });

  test('an Envoy that never answers is given up', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const source = startInspectionSource({ look: never }, { timeoutMs: 20 });
    source.set([target('a-1')]);
    await source.time.pass(0);
    for (let waits = 0; source.reports.length === 0 && waits < 200; waits++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await source.time.pass(0);
    }
    assert.deepEqual(source.reports, [
      {
        ok: false,
        errors: [
          { code: 'timeout', afterMs: 20, detail: 'looking into the Envoy of a-1.shop did not end within 20 ms' },
        ],
      },
    ]);
    await source.stop();
  });

  test('a bug is not swallowed', async () => {
    const source = startInspectionSource({
      look: async () => {
        throw new TypeError('a bug');
      },
    });
    source.set([target('a-1')]);
    await source.time.pass(5 * SECOND);
    await assert.rejects(source.stop(), /a bug/);
  });
});

describe('proxies that are gone', () => {
  test('are forgotten', async () => {
    const source = startInspectionSource();
    source.set([target('a-1'), target('b-1')]);
    await source.time.pass(30 * SECOND);
    source.set([target('b-1')]);
    await source.time.pass(2 * SECOND);
    assert.deepEqual([...(source.published.at(-1)?.proxies.keys() ?? [])], ['shop/b-1']);
    await source.stop();
  });

  test('are not while nobody knows who is there', async () => {
    const source = startInspectionSource();
    source.set([target('a-1')]);
    await source.time.pass(30 * SECOND);
    source.set(undefined);
    await source.time.pass(MINUTE);
    assert.equal(source.published.at(-1)?.proxies.size, 1);
    await source.stop();
  });

  test('and come back under the same name are others', async () => {
    const source = startInspectionSource({}, { intervalMs: 10 * MINUTE });
    source.set([target('a-1')]);
    await source.time.pass(30 * SECOND);
    source.set([target('a-1', { startedAt: 1_020 })]);
    await source.time.pass(1_500);
    assert.equal(source.published.at(-1)?.proxies.size, 0);
    await source.time.pass(20 * SECOND);
    assert.equal(keysOf(source.exchanges, 'envoy').length, 2);
    await source.stop();
  });
});

test('hosts are kept as long as health keeps', async () => {
  const source = startInspectionSource({ facts: () => ({ hosts: [], weights: [] }) }, { intervalMs: 60 * MINUTE });
  source.set([target('a-1')]);
  await source.time.pass(10 * SECOND);
  assert.ok(source.published.at(-1)?.proxies.get('shop/a-1')?.hosts);
  await source.time.pass(16 * MINUTE);
  source.set([target('a-1'), target('b-1')]);
  await source.time.pass(MINUTE);
  const { hosts, weights } = source.published.at(-1)?.proxies.get('shop/a-1') ?? {};
  assert.deepEqual([hosts, weights], [undefined, []]);
  await source.stop();
});

test('stopping ends looks under way', async () => {
  const source = startInspectionSource({ look: () => new Promise(() => undefined) });
  source.set([target('a-1')]);
  await source.time.pass(SECOND);
  assert.equal(source.exchanges.length, 1);
  await source.stop();
});

test('whatever Envoys and istiods do, the budget is kept', async () => {
  const scenario = fc.record({
    perMinute: fc.integer({ min: 1, max: 90 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    pods: fc.integer({ min: 1, max: 12 }),
    durations: fc.array(fc.integer({ min: 0, max: 90 * SECOND }), { minLength: 1, maxLength: 8 }),
    failures: fc.array(fc.constantFrom('none', 'none', 'own', 'way', 'busy'), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ perMinute, concurrency, pods, durations, failures }) => {
      let nth = 0;
      const quiet: { fromMs: number; untilMs: number }[] = [];
      const exchange = async (
        _key: string,
        time: { nowMs(): number; sleep(ms: number): Promise<void> },
      ): Promise<void> => {
        nth += 1;
        await time.sleep(durations[nth % durations.length] ?? 0);
        const failure = failures[(nth * 7) % failures.length];
        if (failure === undefined || failure === 'none') return;
        if (failure === 'busy') quiet.push({ fromMs: time.nowMs(), untilMs: time.nowMs() + 30 * SECOND });
        throw new TestFailure({ slows: failure !== 'own', retryAfterMs: failure === 'busy' ? 30 * SECOND : 0 });
      };
      const source = startInspectionSource(
        { look: exchange, sentTo: (key, time) => time.sleep(durations[key.length % durations.length] ?? 0) },
        { perMinute, concurrency, intervalMs: 5 * SECOND, timeoutMs: 2 ** 30 },
      );
      source.set(Array.from({ length: pods }, (_, own) => target(`w${own % 3}-${own}`)));
      await source.time.pass(6 * MINUTE);
      // Stopped before it is judged: the deadlines of a source that runs on would keep the process of a failed test for days.
      await source.stop();
      checkBudget(source.exchanges, { perMinute, concurrency });
      // With one at a time nothing else can end the silence that was asked for.
      if (concurrency === 1) {
        for (const { of, fromMs } of source.exchanges) {
          const broken = quiet.find((each) => of === 'envoy' && fromMs > each.fromMs && fromMs < each.untilMs);
          assert.equal(broken, undefined, `a look at ${fromMs} ms`);
        }
      }
    }),
    // Parts of a minute that are no whole milliseconds once added up to less than it.
    { numRuns: 60, examples: [[{ perMinute: 81, concurrency: 1, pods: 7, durations: [0], failures: ['none'] }]] },
  );
});

function checkBudget(
  exchanges: readonly Exchange[],
  limits: { readonly perMinute: number; readonly concurrency: number },
): void {
  const looks = exchanges.filter(({ of }) => of === 'envoy');
  const asks = exchanges.filter(({ of }) => of === 'istiod');
  assert.ok(asks.length <= looks.length);
  for (const { fromMs, key } of looks) {
    const minute = looks.filter((each) => each.fromMs <= fromMs && each.fromMs > fromMs - MINUTE);
    assert.ok(minute.length <= limits.perMinute, `${minute.length} looks in the minute before ${fromMs} ms`);
    const same = looks.filter((each) => each.fromMs <= fromMs && each.toMs > fromMs);
    assert.ok(same.length <= limits.concurrency, `${same.length} looks at ${fromMs} ms`);
    assert.ok(same.filter((each) => each.key === key).length <= 1, `${key} twice at ${fromMs} ms`);
  }
  for (const { fromMs } of asks) {
    const same = asks.filter((each) => each.fromMs <= fromMs && each.toMs > fromMs);
    assert.ok(same.length <= 1, `istiods asked ${same.length} questions at ${fromMs} ms`);
  }
}
