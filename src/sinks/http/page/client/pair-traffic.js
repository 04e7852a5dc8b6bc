// @ts-check
import { h } from './dom.js';
import { linkTo } from './place.js';
import { percentText } from './share.js';

/** @import { TrafficPair } from '../traffic-pairs.ts' */

/**
 * What was seen of a pair's requests.
 * @param {TrafficPair} pair
 */
export function pairTraffic(pair) {
  return [
    shares(pair),
    counted('Response flags', 'Flag', pair, pair.flags),
    counted('Response codes', 'Code', pair, pair.codes),
  ];
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
      h('td', { 'data-head': 'Route' }, route || 'none'),
      h('th', { scope: 'row', 'data-head': 'Subset' }, subset || 'none'),
      h(
        'td',
        { 'data-head': 'Declared' },
        told === undefined ? 'not declared' : `${percentText(told.ratio)} (${told.object})`,
      ),
      h('td', { 'data-head': 'Observed' }, `${percentText(seen / requests)} (${seen})`),
    );
  });
  return h(
    'table',
    { class: 'stacks' },
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
  );
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
          h('td', {}, percentText(count / requests)),
        ),
      ),
    ),
  );
}
