import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMesh } from '../../src/app/mesh.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { hasTraffic, type RecentTraffic, recentTraffic } from '../../src/model/recent-traffic.ts';
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import { NO_TRAFFIC } from '../../src/model/traffic.ts';

const NOW = epochSeconds(1_000_000);

function span(seconds: number): RecentTraffic {
  return { since: epochSeconds(NOW - seconds), seconds, requests: [], proxyLogs: [], denials: [] };
}

function asked(state: 'fresh' | 'stale', at: number): MeshSnapshot {
  const value = { spans: [span(120), span(300)] };
  const error = { code: 'timeout', afterMs: 1, detail: '' } as const;
  const observed = { at: epochSeconds(at), value, error };
  return { ...emptySnapshot(NOW), asked: { state, ...observed } };
}

describe('where no log is read here, Prometheus tells', () => {
  const cases: readonly [name: string, snapshot: MeshSnapshot, seconds: number, from: number, expected?: number][] = [
    ['the shortest span that is long enough', asked('fresh', NOW), 60, 0, 120],
    ['the longest where none is', asked('fresh', NOW), 3600, 0, 300],
    ['only of the time that is asked about', asked('fresh', NOW), 300, NOW - 200, 120],
    ['nothing where all spans begin before that', asked('fresh', NOW), 60, NOW - 10],
    ['what it said a moment ago, while it does not answer', asked('stale', NOW - 30), 60, 0, 120],
    ['nothing that it said long ago', asked('stale', NOW - 600), 60, 0],
    ['nothing, asked for by nobody', emptySnapshot(NOW), 60, 0],
  ];
  for (const [name, snapshot, seconds, from, expected] of cases) {
    test(name, () => assert.equal(recentTraffic(snapshot, seconds, ({ at }) => at > from)?.seconds, expected));
  }

  test('but what is read here comes first', () => {
    const both: MeshSnapshot = { ...asked('fresh', NOW), traffic: { state: 'fresh', at: NOW, value: NO_TRAFFIC } };
    assert.equal(recentTraffic(both, 60), undefined);
    assert.deepEqual(
      [hasTraffic(both), hasTraffic(asked('fresh', NOW)), hasTraffic(emptySnapshot(NOW))],
      [true, true, false],
    );
  });
});

test('with each answer it is remembered what configuration said', () => {
  let now = NOW;
  const mesh = createMesh({
    settings: DEFAULT_SETTINGS,
    clock: { now: () => now, monotonicMs: () => 0 },
    history: NO_HISTORY,
  });
  for (const at of [0, 30, 60]) {
    now = epochSeconds(NOW + at);
    mesh.setAskedTraffic({ state: 'fresh', at: now, value: { spans: [] } });
  }
  assert.deepEqual(
    mesh.read().trafficMarks?.map(({ at, traffic }) => [at - NOW, traffic]),
    [0, 30, 60].map((at) => [at, NO_TRAFFIC]),
  );
});
