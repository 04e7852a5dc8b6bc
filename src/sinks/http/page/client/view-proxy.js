// @ts-check
import { commandBox } from './copying.js';
import { createDiffing } from './diffing.js';
import { h } from './dom.js';
import { linkTo, podOf } from './place.js';
import { proxyFacts } from './proxy-facts.js';
import { beginAt, ladder, saidOf } from './rung.js';
import { badge } from './verdict.js';

/** @import { LadderDocument } from '../../../report/ladder-json.ts' */
/** @import { RunbooksByRung } from '../../../runbooks/runbooks.ts' */
/** @import { ShownProxy } from '../page-data.ts' */
/** @import { Place } from './place.js' */

/** One proxy: `#/proxy/NAMESPACE/POD`, or `#/proxy/POD.NAMESPACE`. It holds the answer to the diff that was asked for last. */
export function createProxyView() {
  const diffing = createDiffing();
  return {
    /** @param {Place} place */
    title(place) {
      const { namespace, name } = podOf(place);
      return isNamed(podOf(place)) ? `${name}.${namespace}` : 'Proxy';
    },
    /** @param {Place} place */
    needs(place) {
      const { namespace, name } = podOf(place);
      if (!isNamed({ namespace, name })) return [];
      return [
        `api/v1/ladder?${new URLSearchParams({ namespace, pod: name })}`,
        `page/proxy.json?${new URLSearchParams({ namespace, name })}`,
        'page/runbooks.json',
      ];
    },
    /** @param {readonly [LadderDocument, ShownProxy, RunbooksByRung] | readonly []} answers */
    said(answers) {
      if (answers.length === 0) return 'no proxy is named';
      const [climbed, { proxies }] = answers;
      return `${proxies.map(({ state }) => state).join(', ')}: ${summaryOf(climbed)}`;
    },
    /**
     * @param {readonly [LadderDocument, ShownProxy, RunbooksByRung] | readonly []} answers
     * @param {Place} place
     */
    draw: (answers, place) => (answers.length === 0 ? unnamed() : drawn(answers, podOf(place), diffing)),
    clicks: {
      /**
       * @param {string} proxy its namespace and name, as JSON
       * @param {() => void} onNews
       */
      'data-diff': (proxy, onNews) => {
        const [namespace, name] = JSON.parse(proxy);
        return diffing.ask(namespace, name, onNews);
      },
    },
  };
}

/**
 * @param {readonly [LadderDocument, ShownProxy, RunbooksByRung]} answers
 * @param {{ readonly namespace: string, readonly name: string }} pod
 * @param {ReturnType<typeof createDiffing>} diffing
 */
function drawn([climbed, { proxies, noDiff }, runbooks], { namespace, name }, diffing) {
  return [
    h('h1', {}, name, h('small', {}, ` in ${namespace}`)),
    h('p', { class: 'verdict-line' }, badge(climbed.verdict), ` ${saidOf(climbed.headline, `${name}.${namespace}`)}`),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        proxies.length === 0
          ? h('p', {}, 'No istiod lists a proxy of this name, and none is expected.')
          : proxies.flatMap(proxyFacts),
      ),
      h(
        'section',
        { 'aria-labelledby': 'rungs' },
        h('h2', { id: 'rungs' }, 'Its ladder, lowest rung first'),
        ladder(climbed.rungs, { runbooks }),
        commandBox(`meshladder check ${name}.${namespace}`, 'The same in a terminal'),
      ),
    ),
    proxies.length > 0 &&
      diffing.section({ namespace, name, noDiff, isMissing: proxies.every(({ state }) => state === 'MISSING') }),
    links(namespace, proxies),
  ];
}

/** @param {{ readonly namespace: string, readonly name: string }} pod */
function isNamed({ namespace, name }) {
  return namespace !== '' && name !== '';
}

function unnamed() {
  return [
    h('h1', {}, 'Which proxy?'),
    h('p', {}, 'The address names none: #/proxy/NAMESPACE/POD or #/proxy/POD.NAMESPACE does. '),
    h('p', { class: 'links' }, h('a', { href: '#/proxies' }, 'All proxies')),
  ];
}

/**
 * @param {string} namespace
 * @param {ShownProxy['proxies']} proxies
 */
function links(namespace, proxies) {
  return h(
    'p',
    { class: 'links' },
    h('a', { href: linkTo(['namespace', namespace]) }, `All of namespace ${namespace}`),
    [...new Set(proxies.map(({ workload }) => workload))].map((workload) =>
      h('a', { href: linkTo(['traffic'], { namespace, text: workload }) }, `Traffic of ${workload}`),
    ),
    h('a', { href: linkTo(['findings'], { namespace }) }, `Findings in ${namespace}`),
  );
}

/**
 * Without times: it is read out when it changes.
 * @param {LadderDocument} climbed
 */
function summaryOf({ verdict, rungs }) {
  const first = beginAt(rungs);
  return first === undefined ? verdict : `rung ${first.number}, ${first.verdict}`;
}
