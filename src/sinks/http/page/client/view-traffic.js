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

/** @param {readonly TrafficPair[]} pairs */
function table(pairs) {
  return h(
    'table',
    { class: 'stacks' },
    h('caption', { class: 'unseen' }, 'Pairs, worst first'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['', 'From', 'To', 'Why', 'Requests', 'Failed', 'Flags'].map((text) =>
          h('th', { scope: 'col' }, text || h('span', { class: 'unseen' }, 'Verdict')),
        ),
      ),
    ),
    h('tbody', {}, pairs.map(row)),
  );
}

/** @param {TrafficPair} pair */
function row({ namespace, workload, destination, verdict, why, requests, failed, flags }) {
  return h(
    'tr',
    { 'data-key': `${namespace}/${workload} ${destination}` },
    h('td', {}, badge(verdict)),
    h('td', {}, `${workload}.${namespace}`),
    h('th', { scope: 'row' }, h('a', { href: linkTo(['pair', namespace, workload, destination]) }, destination)),
    h('td', { 'data-head': 'Why' }, why),
    h('td', { 'data-head': 'Requests' }, requests),
    h('td', { 'data-head': 'Failed' }, failed),
    h('td', { 'data-head': 'Flags' }, flags.map(({ name, count }) => `${name} ${count}`).join(', ')),
  );
}
