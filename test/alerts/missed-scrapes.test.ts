import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand, scrapesMissed } from './missed-scrapes.ts';

const series = (...values: readonly string[]): Parameters<typeof scrapesMissed>[0] =>
  values.map((each, nth) => ({ series: `x${nth}`, values: each }));

for (const [values, expected] of [
  ['7', [7]],
  ['1x2', [1, 1, 1]],
  ['60+30x2', [60, 90, 120]],
  ['5-1x1', [5, 4]],
  ['0+0.5x1', [0, 0.5]],
  ['_ 1', [undefined, 1]],
  ['_x2 1 stale', [undefined, undefined, 1, 'stale']],
] as const) {
  test(`promtool reads ${values} so`, () => assert.deepEqual(expand(values), expected));
}

test('what promtool would not read is no series', () => {
  assert.throws(() => expand('1 nothing'), /not promtool's notation: nothing/);
});

for (const [about, input, expected] of [
  ['one scrape', series('1x2 stale 1x2', '5x2 stale 5x2'), [3]],
  ['an exporter that is away for two', series('1x2 stale _ 1x2', '_x2 5 stale _ 5'), [3, 4]],
  ['one series of two ends: the target was scraped', series('1x2 stale 1x2', '5x5'), []],
  ['a series that ends as another is not there yet', series('1x2 stale _x2', '_x4 1x2'), [3]],
  ['what ends for good', series('1x2 stale _x5', '1x2 stale _x5'), []],
  ['only gaps: promtool looks back over them as Prometheus does', series('1x2 _ 1x2', '1x2 _ 1x2'), []],
  ['up is 0', [{ series: 'up{job="a"}', values: '1x2 0 1x2' }, ...series('1x2 stale 1x2')], [3]],
] as const) {
  test(`${about}: missed ${expected.join(', ') || 'none'}`, () => assert.deepEqual(scrapesMissed(input), expected));
}
