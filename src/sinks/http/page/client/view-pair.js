// @ts-check
import { commandBox } from './copying.js';
import { h } from './dom.js';
import { pairTraffic } from './pair-traffic.js';
import { linkTo } from './place.js';
import { spanText } from './time.js';
import { badge, stateBadge } from './verdict.js';

/** @import { PairCheck } from '../pair-checks.ts' */
/** @import { PairPod } from '../pair-servers.ts' */
/** @import { Pair } from '../pair.ts' */
/** @import { Place } from './place.js' */

/** One pair: `#/pair/NAMESPACE/WORKLOAD/DESTINATION`. */
export const pairView = {
  /** @param {Place} place */
  title: ({ names: [namespace, workload, destination] }) => `${workload}.${namespace} → ${destination}`,
  /** @param {Place} place */
  needs: ({ names: [namespace = '', workload = '', destination = ''] }) => [
    `page/pair.json?${new URLSearchParams({ namespace, workload, destination })}`,
  ],
  /** @param {readonly [Pair]} answers */
  said: ([{ checks, traffic }]) =>
    [
      (traffic?.failed ?? 0) > 0 ? 'some requests failed' : '',
      ...checks.map(({ question, verdict }) => `${question} ${verdict}`),
    ].join(' '),
  /**
   * @param {readonly [Pair]} answers
   * @param {Place} place
   */
  draw: ([pair], place) => [
    h('h1', {}, pairView.title(place)),
    verdictLine(pair),
    h(
      'div',
      { class: 'columns' },
      h('div', {}, h('h2', {}, 'Who calls'), pods(pair.callers), h('h2', {}, 'Who answers'), pods(pair.servers)),
      h(
        'section',
        { 'aria-labelledby': 'checks' },
        h('h2', { id: 'checks' }, 'What is known between the two'),
        h('ol', { class: 'ladder' }, pair.checks.map(check)),
        pair.trace !== null && commandBox(pair.trace, 'The way of a request, in the caller’s proxy'),
      ),
    ),
    ...(pair.traffic === null ? [] : [h('h2', {}, 'Requests'), ...pairTraffic(pair.traffic)]),
  ],
};

/** @param {Pair} pair */
function verdictLine({ seconds, traffic, checks }) {
  const failed = traffic?.failed ?? 0;
  const found = checks.find(({ verdict }) => verdict === 'finding');
  const all = [failed > 0 ? 'finding' : traffic === null ? 'unknown' : 'ok', ...checks.map(({ verdict }) => verdict)];
  const worst = /** @type {const} */ (['finding', 'unknown']).find((verdict) => all.includes(verdict)) ?? 'ok';
  return h(
    'p',
    { class: 'verdict-line' },
    badge(worst),
    ` ${trafficText({ seconds, traffic })} ${found?.summary ?? ''}`,
  );
}

/** @param {Pick<Pair, 'seconds' | 'traffic'>} pair */
function trafficText({ seconds, traffic }) {
  if (seconds === null) return 'No requests are known: no access log is read, or not for long enough yet.';
  if (traffic === null) return `No request was logged in the last ${spanText(seconds)}.`;
  return `${traffic.requests} requests in the last ${spanText(seconds)}, ${traffic.failed} with a flag of a failure.`;
}

/** @param {readonly PairPod[]} all */
function pods(all) {
  if (all.length === 0) return h('p', {}, 'No pod of it is known here.');
  return h(
    'ul',
    { class: 'pods' },
    all.map(({ namespace, name, state }) =>
      h(
        'li',
        { 'data-key': `${namespace}/${name}` },
        state === null ? badge('unknown', 'no proxy') : stateBadge(state),
        ' ',
        h('a', { href: linkTo(['proxy', namespace, name]) }, name),
      ),
    ),
  );
}

/** @param {PairCheck} check */
function check({ question, verdict, summary, evidence, next }) {
  return h(
    'li',
    { class: `rung ${verdict}`, 'data-key': question },
    h('div', { class: 'head' }, badge(verdict), h('h3', {}, question)),
    h('p', { class: 'summary' }, summary),
    evidence.length > 0 &&
      h(
        'details',
        { 'data-key': `evidence ${question}` },
        h('summary', { 'aria-label': `Evidence for: ${question}` }, `Evidence (${evidence.length})`),
        h(
          'ul',
          {},
          evidence.map((each) => h('li', {}, each)),
        ),
      ),
    next !== null && commandBox(next),
  );
}
