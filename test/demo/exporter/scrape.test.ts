import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, parseScrape, sumOf } from '../../../src/demo/exporter/scrape.ts';

const TEXT = `# HELP meshladder_proxies Help.
# TYPE meshladder_proxies gauge
meshladder_proxies{proxy_namespace="payment",state="STALE"} 3
meshladder_proxies{proxy_namespace="bookinfo",state="STALE"} 1
meshladder_proxies{proxy_namespace="payment",state="SYNCED"} 0
meshladder_istiods 2
meshladder_odd{name="a \\"b\\" \\\\ c\\nd, e={}"} 1.5e3
meshladder_istiods_more 7
meshladder_last 1 1795252800000`;

test('series are summed over the labels that are not asked for', () => {
  const scrape = parseScrape(TEXT);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { state: 'STALE' }), 4);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { proxy_namespace: 'payment', state: 'STALE' }), 3);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { proxy_namespace: 'payment', state: 'SYNCED' }), 0);
  assert.equal(sumOf(scrape, 'meshladder_istiods'), 2);
});

test('the first line, the last and one with a time stamp are read', () => {
  assert.equal(sumOf(parseScrape(TEXT), 'meshladder_last'), 1);
  assert.equal(sumOf(parseScrape('meshladder_last 1'), 'meshladder_last'), 1);
  assert.equal(sumOf(parseScrape(TEXT), 'meshladder_istiods_more'), 7);
});

test('what is absent is undefined, not zero', () => {
  const scrape = parseScrape(TEXT);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { state: 'ERROR' }), undefined);
  assert.equal(sumOf(scrape, 'meshladder_nothing'), undefined);
  assert.equal(sumOf(scrape, 'meshladder_prox'), undefined);
  assert.equal(sumOf(parseScrape(''), 'meshladder_proxies'), undefined);
});

test('escapes in label values are undone', () => {
  const [series] = parseScrape(TEXT).get('meshladder_odd') ?? [];
  assert.deepEqual(series, { labels: { name: 'a "b" \\ c\nd, e={}' }, value: 1500 });
});

test('a counter is judged by what it has grown', () => {
  const before = parseScrape('meshladder_x_total{a="1"} 5\n');
  const now = parseScrape('meshladder_x_total{a="1"} 7\nmeshladder_x_total{a="2"} 1\n');
  assert.equal(growthOf(now, before, 'meshladder_x_total'), 3);
  assert.equal(growthOf(now, parseScrape(''), 'meshladder_x_total', { a: '2' }), 1);
  assert.equal(growthOf(parseScrape(''), before, 'meshladder_x_total'), undefined);
});
