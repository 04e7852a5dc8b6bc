import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import { recentTraffic } from '../../src/model/recent-traffic.ts';
import { emptySnapshot } from '../../src/model/snapshot.ts';
import type { Traffic } from '../../src/model/traffic.ts';
import { advanceMarks, LONGEST_SECONDS, type TrafficMarks } from '../../src/model/traffic-marks.ts';
import { fresh } from '../support/mesh.ts';
import { shape } from '../support/payment-incident.ts';

function counted(count: number): Traffic {
  return { requests: [{ shape: shape(), count }], proxyLogs: [], xdsStreamFailures: [], intake: [] };
}

/** Marks after these moments, at each of which so many requests had been counted as seconds had passed. */
function marksAt(moments: readonly number[]): TrafficMarks {
  let marks: TrafficMarks = [];
  for (const at of moments) marks = advanceMarks(marks, { at: epochSeconds(at), traffic: counted(at), config: {} });
  return marks;
}

test('marks are few, in order, and a minute and five can be looked back on at any time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 }), (gaps) => {
      let now = 0;
      const moments = gaps.map((gap) => {
        now += gap;
        return now;
      });
      const marks = marksAt(moments);
      assert.ok(marks.length <= 10, String(marks.length));
      for (const [nth, { at }] of marks.entries()) assert.ok(nth === 0 || at > (marks[nth - 1]?.at ?? at));
      const begun = (moments[0] ?? 0) + LONGEST_SECONDS;
      if (now >= begun)
        assert.ok(marks.some(({ at }) => now - at >= LONGEST_SECONDS && now - at <= LONGEST_SECONDS + 160));
      if (now >= begun) assert.ok(marks.some(({ at }) => now - at >= 60 && now - at <= 60 + 80));
    }),
  );
});

test('what is recent is what was counted since', () => {
  const snapshot = {
    ...emptySnapshot(epochSeconds(1_000)),
    traffic: fresh(counted(1_000)),
    trafficMarks: marksAt(Array.from({ length: 101 }, (_, nth) => nth * 10)),
  };
  const minute = recentTraffic(snapshot, 60);
  assert.deepEqual([minute?.seconds, minute?.requests[0]?.count], [60, 60]);
  assert.equal(
    recentTraffic(snapshot, 60, () => false),
    undefined,
  );
  assert.equal(recentTraffic(emptySnapshot(epochSeconds(1)), 60), undefined);
});

test('a clock that was set back begins anew', () => {
  assert.deepEqual(
    marksAt([100, 130, 50]).map(({ at }) => at),
    [50],
  );
});
