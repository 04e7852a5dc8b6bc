// @ts-check
import { commandBox } from './copying.js';
import { createDiffing } from './diffing.js';
import { h } from './dom.js';
import { happeningsTable } from './happenings.js';
import { linkTo, podOf } from './place.js';
import { beginAt, ladder, saidOf } from './rung.js';
import { ageText, clockText } from './time.js';
import { badge, stateBadge } from './verdict.js';

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

/** @param {ShownProxy['proxies'][number]} proxy */
function proxyFacts(proxy) {
  const { state, outOfSyncSince: since, outOfSyncOrigin: origin, missingSince: missing } = proxy;
  const age = since === null ? '' : ` for ${ageText(since)}${origin === 'first_seen' ? ', or longer' : ''}`;
  return [
    h('h2', {}, 'Sync with istiod'),
    h(
      'p',
      {},
      stateBadge(state),
      state === 'SYNCED' ? ' holds what istiod sent last.' : ` has not held current configuration${age}.`,
      missing !== null && ` No istiod lists it since ${clockText(missing)} UTC.`,
    ),
    blockText(proxy),
    types(proxy),
    ...rejections(proxy),
    happeningsTable(proxy.happenings),
    facts(proxy),
  ];
}

/** @param {ShownProxy['proxies'][number]} proxy */
function blockText({ blockedBy }) {
  if (blockedBy === null) return null;
  const { policyNamespace, policy, direction, others, dnsBlocked } = blockedBy;
  return h(
    'div',
    { class: 'cause finding' },
    h('strong', {}, `NetworkPolicy ${policyNamespace}/${policy}`),
    ` blocks its ${direction} to istiod:15012${dnsBlocked === true ? ', and DNS' : ''}.`,
    others.length > 0 && ` Also in force: ${others.join(', ')}.`,
    commandBox(`kubectl -n ${policyNamespace} get networkpolicy ${policy} -o yaml`),
  );
}

/** @param {ShownProxy['proxies'][number]} proxy */
function facts({ istiod, version, revision, workload, proxyType, cluster }) {
  const known = Object.entries({
    Istiod: istiod,
    Version: version,
    Revision: revision,
    Workload: workload,
    Kind: proxyType,
    Cluster: cluster,
  });
  return h(
    'dl',
    { class: 'facts' },
    known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value ?? 'not known')]),
  );
}

/** @param {ShownProxy['proxies'][number]} proxy */
function types({ types: byType }) {
  const all = Object.entries(byType);
  if (all.length === 0) return null;
  return h(
    'table',
    {},
    h('caption', {}, 'What was sent, by type'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Type', 'State', 'Since (UTC)'].map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      {},
      all.map(([type, { state, since }]) =>
        h(
          'tr',
          { 'data-key': type },
          h('th', { scope: 'row' }, type.toUpperCase()),
          h('td', {}, stateBadge(state)),
          h('td', {}, since === null ? '' : `${clockText(since)}, ${ageText(since)} ago`),
        ),
      ),
    ),
  );
}

/** @param {ShownProxy['proxies'][number]} proxy */
function rejections({ types: byType }) {
  const rejected = Object.entries(byType).filter(([, { error }]) => error !== undefined);
  return rejected.map(([type, { error, reason }]) =>
    h(
      'div',
      { class: 'cause finding', 'data-key': `rejected ${type}` },
      h('strong', {}, `Rejected ${type.toUpperCase()}${reason === undefined ? '' : ` (${reason})`}`),
      ', in the words of the proxy:',
      h('pre', {}, error),
    ),
  );
}
