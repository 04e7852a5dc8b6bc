// @ts-check
import { h } from './dom.js';
import { textField } from './filters.js';
import { linkTo } from './place.js';
import { spanText } from './time.js';
import { badge } from './verdict.js';

/** @import { TrafficPair, TrafficPairs } from '../traffic-pairs.ts' */
/** @import { Place } from './place.js' */

const NOTHING = 'No requests are known: no access log is read, or not for long enough yet.';

/** Who called whom: `#/traffic?text=&namespace=`. */
export const trafficView = {
  title: () => 'Traffic',
  /** @param {Place} place */
  needs: ({ query }) => [`page/traffic.json?${query}`],
  /**
   * @param {readonly [TrafficPairs]} answers
   * @param {Place} place
   */
  draw: ([{ seconds, matching, pairs }], { query }) => [
    h('h1', {}, 'Traffic, as the callers’ proxies logged it'),
    h(
      'form',
      { class: 'filters', role: 'search' },
      textField({ name: 'text', label: 'Words', value: query.get('text') ?? '', hint: 'workload, destination …' }),
      textField({ name: 'namespace', label: 'Namespace', value: query.get('namespace') ?? '' }),
    ),
    h(
      'p',
      { class: 'counts', role: 'status' },
      seconds === null ? NOTHING : `${matching} pairs in the last ${spanText(seconds)}, ${pairs.length} shown`,
    ),
    pairs.length > 0 && table(pairs),
  ],
};

/** One pair: `#/pair/NAMESPACE/WORKLOAD/DESTINATION`. */
export const pairView = {
  /** @param {Place} place */
  title: ({ names: [namespace, workload, destination] }) => `${workload}.${namespace} → ${destination}`,
  /** @param {Place} place */
  needs: ({ names: [namespace = '', workload = '', destination = ''] }) => [
    `page/traffic.json?${new URLSearchParams({ namespace, workload, destination })}`,
  ],
  /**
   * @param {readonly [TrafficPairs]} answers
   * @param {Place} place
   */
  draw: ([{ seconds, pairs }], place) => {
    const head = h('h1', {}, pairView.title(place));
    const [pair] = pairs;
    if (seconds === null) return [head, h('p', {}, NOTHING)];
    if (pair === undefined) return [head, h('p', {}, `No request was logged in the last ${spanText(seconds)}.`)];
    return [
      head,
      h(
        'p',
        { class: 'verdict-line' },
        badge(pair.failed > 0 ? 'finding' : 'ok'),
        ` ${pair.requests} requests in the last ${spanText(seconds)}, ${pair.failed} failed`,
      ),
      ...shares(pair),
      counted('Response flags', 'Flag', pair, pair.flags),
      counted('Response codes', 'Code', pair, pair.codes),
    ];
  },
};

/** @param {readonly TrafficPair[]} pairs */
function table(pairs) {
  return h(
    'table',
    { class: 'stacks' },
    h('caption', { class: 'unseen' }, 'Pairs, most failed requests first'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['', 'From', 'To', 'Requests', 'Failed', 'Flags'].map((text) =>
          h('th', { scope: 'col' }, text || h('span', { class: 'unseen' }, 'Verdict')),
        ),
      ),
    ),
    h('tbody', {}, pairs.map(row)),
  );
}

/** @param {TrafficPair} pair */
function row({ namespace, workload, destination, requests, failed, flags }) {
  return h(
    'tr',
    { 'data-key': `${namespace}/${workload} ${destination}` },
    h('td', {}, badge(failed > 0 ? 'finding' : 'ok', failed > 0 ? 'failures' : 'ok')),
    h('td', {}, `${workload}.${namespace}`),
    h('th', { scope: 'row' }, h('a', { href: linkTo(['pair', namespace, workload, destination]) }, destination)),
    h('td', { 'data-head': 'Requests' }, requests),
    h('td', { 'data-head': 'Failed' }, failed),
    h('td', { 'data-head': 'Flags' }, flags.map(({ name, count }) => `${name} ${count}`).join(', ')),
  );
}

/**
 * What is declared beside what was seen.
 * @param {TrafficPair} pair
 */
function shares({ subsets, declared, requests }) {
  const routes = [...new Set([...declared.map(({ route }) => route), ...subsets.map(({ route }) => route)])];
  const all = routes.flatMap((route) => {
    const names = new Set([
      ...declared.filter((each) => each.route === route).map(({ subset }) => subset),
      ...subsets.filter((each) => each.route === route).map(({ name }) => name),
    ]);
    return [...names].map((subset) => ({ route, subset }));
  });
  const rows = all.map(({ route, subset }) => {
    const told = declared.find((each) => each.route === route && each.subset === subset);
    const seen = subsets.find((each) => each.route === route && each.name === subset)?.count ?? 0;
    return h(
      'tr',
      {},
      h('td', {}, route || 'none'),
      h('th', { scope: 'row' }, subset || 'none'),
      h('td', {}, told === undefined ? 'not declared' : `${percent(told.ratio)} (${told.object})`),
      h('td', {}, `${percent(seen / requests)} (${seen})`),
    );
  });
  return [
    h(
      'table',
      {},
      h('caption', {}, 'Shares: declared, and of all requests of this pair'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['Route', 'Subset', 'Declared', 'Observed'].map((text) => h('th', { scope: 'col' }, text)),
        ),
      ),
      h('tbody', {}, rows),
    ),
  ];
}

/**
 * @param {string} caption
 * @param {string} head
 * @param {TrafficPair} pair
 * @param {readonly { readonly name: string, readonly count: number }[]} counts
 */
function counted(caption, head, { requests }, counts) {
  if (counts.length === 0) return null;
  const isFlag = head === 'Flag';
  return h(
    'table',
    {},
    h('caption', {}, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        [head, 'Requests', 'Share'].map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      {},
      counts.map(({ name, count }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, isFlag ? h('a', { href: linkTo(['flags'], { text: name }) }, name) : name),
          h('td', {}, count),
          h('td', {}, percent(count / requests)),
        ),
      ),
    ),
  );
}

/** @param {number} ratio */
function percent(ratio) {
  return `${Math.round(ratio * 1000) / 10} %`;
}
