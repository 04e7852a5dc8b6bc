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
process_cpu_seconds_total 7
`;

test('series are summed over the labels that are not asked for', () => {
  const scrape = parseScrape(TEXT);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { state: 'STALE' }), 4);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { proxy_namespace: 'payment', state: 'STALE' }), 3);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { proxy_namespace: 'payment', state: 'SYNCED' }), 0);
  assert.equal(sumOf(scrape, 'meshladder_istiods'), 2);
});

test('what is absent is undefined, not zero', () => {
  const scrape = parseScrape(TEXT);
  assert.equal(sumOf(scrape, 'meshladder_proxies', { state: 'ERROR' }), undefined);
  assert.equal(sumOf(scrape, 'meshladder_nothing'), undefined);
  assert.equal(sumOf(scrape, 'process_cpu_seconds_total'), undefined);
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
