import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import { knownServices } from '../../../src/model/known-services.ts';
import type { Traffic } from '../../../src/model/traffic.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import type { StreamOrigin } from '../../../src/sources/access-log/scanner.ts';
import { readSavedTally } from '../../../src/sources/access-log/schema.ts';
import { createTally, type TallyStore } from '../../../src/sources/access-log/tally.ts';
import { objects } from '../../support/mesh.ts';
import { rawRequest, streamOrigin } from '../../support/raw-request.ts';
import { service } from '../../support/service.ts';

const ORIGIN = streamOrigin();

function count(tally: TallyStore, raw: Partial<RawRequest>, by = 1, origin: StreamOrigin = ORIGIN): void {
  tally.bump(origin, tally.cell(origin, rawRequest(raw)), by);
}

function total({ requests }: Traffic): number {
  return requests.reduce((sum, each) => sum + each.count, 0);
}

function restoredFrom(saved: unknown): TallyStore {
  const tally = createTally();
  tally.restore(readSavedTally(JSON.parse(JSON.stringify(saved))));
  return tally;
}

describe('a cell', () => {
  test('is the same for equal lines, and another for lines that say something else', () => {
    const tally = createTally();
    const cell = tally.cell(ORIGIN, rawRequest());
    assert.equal(tally.cell(streamOrigin({ pod: 'web-1' }), rawRequest()), cell);
    assert.notEqual(tally.cell(ORIGIN, rawRequest({ flags: 'UH' })), cell);
    assert.notEqual(tally.cell(streamOrigin({ workload: 'other' }), rawRequest()), cell);
    assert.notEqual(tally.cell(streamOrigin({ namespace: 'other' }), rawRequest()), cell);
  });

  test('of flags in another order is the same', () => {
    const tally = createTally();
    assert.equal(
      tally.cell(ORIGIN, rawRequest({ flags: 'UF,URX' })),
      tally.cell(ORIGIN, rawRequest({ flags: 'URX,UF' })),
    );
  });

  test('asked for and never counted in is no request', () => {
    const tally = createTally();
    tally.cell(ORIGIN, rawRequest());
    assert.deepEqual(tally.traffic().requests, []);
  });

  test('changes its meaning only with a new generation', () => {
    const tally = createTally();
    const inbound = { upstreamCluster: 'inbound|8080||', authority: 'cart' };
    count(tally, inbound, 2);
    const before = tally.generation;
    const services = knownServices(objects([service('shop', 'cart', ['10.96.0.1'])]));
    tally.setServices(services);
    assert.notEqual(tally.generation, before);
    count(tally, inbound, 3);
    const same = tally.generation;
    tally.setServices(knownServices(objects([service('shop', 'cart', ['10.96.0.1'])])));
    assert.equal(tally.generation, same, 'the same names and addresses');
    assert.deepEqual(
      tally.traffic().requests.map(({ shape, count: lines }) => [shape.destination, lines]),
      [
        ['__unknown__', 2],
        ['cart.shop.svc.cluster.local', 3],
      ],
    );
  });
});

describe('traffic', () => {
  test('has lines of every kind, by source', () => {
    const tally = createTally({ now: () => epochSeconds(1_000) });
    count(tally, {}, 5);
    tally.proxyLog(ORIGIN, { level: 'warning', xdsFailure: 'keepalive_timeout' });
    tally.proxyLog(ORIGIN, { level: 'info' });
    tally.lines(ORIGIN, 'unparsed', 2);
    tally.lines(streamOrigin({ source: 'api' }), 'other', 3);
    tally.lines(ORIGIN, 'dropped', 1);
    tally.skipped('files', 99);
    tally.newest('files', 900);
    tally.newest('files', 800);
    const workload = { proxyNamespace: 'shop', workload: 'web' };
    const { requests, ...rest } = tally.traffic();
    assert.equal(requests[0]?.count, 5);
    assert.deepEqual(rest, {
      proxyLogs: [
        { ...workload, level: 'warning', count: 1 },
        { ...workload, level: 'info', count: 1 },
      ],
      xdsStreamFailures: [{ ...workload, reason: 'keepalive_timeout', count: 1 }],
      intake: [
        {
          source: 'files',
          lines: { access: 5, unparsed: 2, proxy_log: 2, other: 0, dropped: 1 },
          skippedBytes: 99,
          newestLineAt: 900,
        },
        {
          source: 'api',
          lines: { access: 0, unparsed: 0, proxy_log: 0, other: 3, dropped: 0 },
          skippedBytes: 0,
        },
      ],
    });
  });

  test('is the same object while nothing changes, and what stands still in it keeps its identity', () => {
    const tally = createTally();
    count(tally, {});
    count(tally, { flags: 'UH' });
    tally.proxyLog(ORIGIN, { level: 'info' });
    tally.proxyLog(ORIGIN, { level: 'error', xdsFailure: 'eof' });
    const first = tally.traffic();
    assert.equal(tally.traffic(), first);
    count(tally, { flags: 'UH' });
    const second = tally.traffic();
    assert.notEqual(second, first);
    assert.equal(second.requests[0], first.requests[0]);
    assert.notEqual(second.requests[1], first.requests[1]);
    assert.equal(second.proxyLogs, first.proxyLogs);
    assert.equal(second.xdsStreamFailures, first.xdsStreamFailures);
    tally.proxyLog(ORIGIN, { level: 'error' });
    const third = tally.traffic();
    assert.equal(third.requests, second.requests);
    assert.equal(third.proxyLogs[0], second.proxyLogs[0]);
    assert.equal(third.proxyLogs[1]?.count, 2);
    assert.equal(third.xdsStreamFailures, second.xdsStreamFailures);
    assert.deepEqual([first.requests[1]?.count, second.requests[1]?.count], [1, 2], 'what was told stays as it was');
  });

  test('does not believe a time stamp of the future, which would hide that logs have stopped', () => {
    const tally = createTally({ now: () => epochSeconds(1_000) });
    tally.newest('files', 99_999);
    assert.deepEqual(tally.traffic().intake, []);
    tally.newest('files', 1_200);
    assert.equal(tally.traffic().intake[0]?.newestLineAt, 1_200);
  });
});

describe('the cap', () => {
  test('folds what is new, keeps what is old, and loses no line', () => {
    const tally = createTally({ maxShapes: 10 });
    for (let n = 0; n < 100; n += 1) {
      count(
        tally,
        { route: `r${n}`, flags: n % 2 === 0 ? 'UH' : '-', responseCode: '503' },
        1,
        streamOrigin({ namespace: `n${n % 4}` }),
      );
    }
    count(tally, { route: 'r0', flags: 'UH', responseCode: '503' }, 7, streamOrigin({ namespace: 'n0' }));
    const traffic = tally.traffic();
    assert.equal(total(traffic), 107);
    const flagged = traffic.requests.filter(({ shape }) => shape.flags.length > 0);
    assert.equal(
      flagged.reduce((sum, each) => sum + each.count, 0),
      57,
    );
    assert.equal(traffic.requests.find(({ shape }) => shape.route === 'r0')?.count, 8);
    const folded = traffic.requests.filter(({ shape }) => shape.workload === '__other__');
    assert.ok(folded.length > 0);
    for (const { shape } of folded) {
      assert.deepEqual([shape.destination, shape.subset, shape.route], ['__other__', '__other__', '__other__']);
      assert.equal(shape.responseCode, 500);
    }
  });

  test('is not for one namespace alone: another’s first line still counts as what it is', () => {
    const tally = createTally({ maxShapes: 20 });
    for (let n = 0; n < 1_000; n += 1) count(tally, { route: `r${n}` }, 1, streamOrigin({ namespace: 'noisy' }));
    count(tally, { route: 'mine' }, 1, streamOrigin({ namespace: 'quiet' }));
    const mine = tally.traffic().requests.find(({ shape }) => shape.proxyNamespace === 'quiet');
    assert.deepEqual([mine?.shape.route, mine?.count], ['mine', 1]);
  });

  test('holds against lines that are made to be many', () => {
    const flags = ['UH', 'UF', 'UO', 'UC', 'UR', 'URX', 'UT', 'NR', 'NC', 'RL', 'DC', 'DI', 'SI', 'LR', 'OM', 'DF'];
    const line = fc.record({
      namespace: fc.string({ maxLength: 3 }),
      responseCode: fc.integer({ min: 100, max: 999 }).map(String),
      flags: fc.subarray(flags, { minLength: 1 }).map((some) => some.join(',')),
      route: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 200, maxLength: 400 }), (lines) => {
        const tally = createTally({ maxShapes: 20 });
        for (const { namespace, ...raw } of lines) count(tally, raw, 1, streamOrigin({ namespace }));
        const traffic = tally.traffic();
        assert.equal(total(traffic), lines.length);
        // The cap, a tenth of it for folded shapes, and those that all others fold into: by class of code and failure.
        assert.ok(traffic.requests.length <= 20 + 2 + 18, String(traffic.requests.length));
      }),
      { numRuns: 30 },
    );
  });

  test('bounds the workloads whose own lines are counted', () => {
    const tally = createTally();
    for (let n = 0; n < 30_000; n += 1) tally.proxyLog(streamOrigin({ workload: `w${n}` }), { level: 'info' });
    const { proxyLogs } = tally.traffic();
    assert.equal(proxyLogs.length, 20_001);
    assert.equal(
      proxyLogs.reduce((sum, each) => sum + each.count, 0),
      30_000,
    );
    assert.deepEqual(proxyLogs.at(-1), {
      proxyNamespace: '__other__',
      workload: '__other__',
      level: 'info',
      count: 10_000,
    });
  });
});

describe('a checkpoint', () => {
  /** One thing that is told to a tally. */
  const event = fc.oneof(
    fc
      .record({
        responseCode: fc.constantFrom('0', '200', '404', '503'),
        flags: fc.constantFrom('-', 'UH', 'URX,UF', 'NEWONE'),
        details: fc.constantFrom('-', 'via_upstream', 'rbac_access_denied_matched_policy[none]', 'who_knows'),
        route: fc.string({ minLength: 1, maxLength: 3 }),
        by: fc.integer({ min: 1, max: 1_000 }),
        namespace: fc.constantFrom('shop', 'payment'),
      })
      .map(
        ({ by, namespace, ...raw }) =>
          (tally: TallyStore) =>
            count(tally, raw, by, streamOrigin({ namespace })),
      ),
    fc
      .constantFrom('unparsed', 'other', 'dropped')
      .map((result) => (tally: TallyStore) => tally.lines(streamOrigin({ source: 'api' }), result, 3)),
    fc
      .constantFrom({ level: 'info' }, { level: 'warning', xdsFailure: 'eof' })
      .map((line) => (tally: TallyStore) => tally.proxyLog(ORIGIN, line)),
    fc.nat({ max: 1_000_000 }).map((n) => (tally: TallyStore) => {
      tally.skipped('files', n);
      tally.newest('files', n);
    }),
  );

  test('gives back what was saved, and goes on from there as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, after) => {
        const [whole, first] = [createTally({ maxShapes: 8 }), createTally({ maxShapes: 8 })];
        for (const tell of [...before, ...after]) tell(whole);
        for (const tell of before) tell(first);
        const second = createTally({ maxShapes: 8 });
        second.restore(readSavedTally(JSON.parse(JSON.stringify(first.save()))));
        assert.deepEqual(second.traffic(), first.traffic());
        for (const tell of after) tell(second);
        assert.deepEqual(inOrder(second.traffic()), inOrder(whole.traffic()));
      }),
    );
  });

  test('restored over lines that came first adds to them', () => {
    const old = createTally();
    count(old, {}, 5);
    const tally = createTally();
    count(tally, {}, 2);
    const before = tally.generation;
    tally.restore(old.save());
    assert.equal(tally.traffic().requests[0]?.count, 7);
    assert.equal(tally.traffic().intake[0]?.lines.access, 7);
    assert.notEqual(tally.generation, before);
  });

  test('is not restored twice', () => {
    const tally = restoredFrom(createTally().save());
    assert.throws(() => tally.restore(createTally().save()), /restored already/);
  });

  const good = (): Record<string, unknown> => {
    const tally = createTally();
    count(tally, { flags: 'UF,URX' });
    tally.proxyLog(ORIGIN, { level: 'info' });
    tally.newest('files', 5);
    return JSON.parse(JSON.stringify(tally.save())) as Record<string, unknown>;
  };
  const shape = (changes: object) => {
    const [request] = good()['requests'] as { shape: object; count: number }[];
    return { ...good(), requests: [{ ...request, shape: { ...request?.shape, ...changes } }] };
  };
  const DAMAGED: readonly (readonly [what: string, saved: unknown, problem: RegExp])[] = [
    ['nothing', null, /saved tallies cannot be read/],
    ['of another version', { ...good(), version: 2 }, /version/],
    ['with a part missing', { ...good(), intake: undefined }, /intake/],
    ['with something more', { ...good(), surprise: 1 }, /surprise/],
    ['that ran backwards', { ...good(), requests: [{ shape: {}, count: -1 }] }, /requests\.0/],
    [
      'with half a line',
      { ...good(), proxyLogs: [{ proxyNamespace: 'a', workload: 'b', word: 'c', count: 0.5 }] },
      /count/,
    ],
    [
      'with a count beyond all counting',
      { ...good(), proxyLogs: [{ proxyNamespace: 'a', workload: 'b', word: 'c', count: 1e300 }] },
      /count/,
    ],
    ['with flags out of order', shape({ flags: ['URX', 'UF'] }), /flags/],
    ['with a flag twice', shape({ flags: ['UF', 'UF'] }), /flags/],
    ['with a name as long as a book', shape({ route: 'r'.repeat(10_000) }), /route/],
    ['with a direction of its own', shape({ direction: 'sideways' }), /direction/],
    ['with a code that is none', shape({ responseCode: 1e6 }), /responseCode/],
  ];
  for (const [what, saved, problem] of DAMAGED) {
    test(`${what} is refused`, () => assert.throws(() => readSavedTally(saved), problem));
  }

  test('of folded shapes keeps them folded', () => {
    const full = createTally({ maxShapes: 4 });
    for (let n = 0; n < 50; n += 1) count(full, { route: `r${n}`, flags: n % 3 === 0 ? 'UH' : '-' });
    const tally = createTally({ maxShapes: 4 });
    tally.restore(readSavedTally(JSON.parse(JSON.stringify(full.save()))));
    assert.deepEqual(tally.traffic(), full.traffic());
  });
});

/** Counts by shape: after a restart they may stand in another order. */
function inOrder(traffic: Traffic): unknown {
  const text = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort();
  return {
    requests: text(traffic.requests),
    proxyLogs: text(traffic.proxyLogs),
    failures: text(traffic.xdsStreamFailures),
    intake: text(traffic.intake),
  };
}
