// @ts-check
import { h } from './dom.js';
import { choiceField, textField } from './filters.js';
import { linkTo } from './place.js';
import { ageText } from './time.js';
import { stateBadge } from './verdict.js';

/** @import { ListedProxy, ProxyList } from '../proxy-list.ts' */
/** @import { Place } from './place.js' */

const ROWS = 100;

/** Columns, by what sorts them. */
const COLUMNS = [
  { sort: 'state', text: 'State' },
  { sort: 'namespace', text: 'Namespace' },
  { sort: 'name', text: 'Proxy' },
  { sort: 'since', text: 'Since' },
  { sort: '', text: 'Why' },
  { sort: 'istiod', text: 'Istiod' },
  { sort: 'version', text: 'Version' },
];

/** All proxies, a hundred at a time: `#/proxies?text=&namespace=&state=&sort=&down=1&from=`. */
export const proxiesView = {
  title: () => 'Proxies',
  /** @param {Place} place */
  needs: ({ query }) => [`page/proxies.json?${query}`],
  /**
   * @param {readonly [ProxyList]} answers
   * @param {Place} place
   */
  draw: ([list], { query }) => [
    h('h1', {}, 'Proxies'),
    filters(list, query),
    h('p', { class: 'counts', role: 'status' }, countText(list)),
    table(list, query),
    pages(list, query),
  ],
};

/**
 * @param {ProxyList} list
 * @param {URLSearchParams} query
 */
function filters({ states, namespaces }, query) {
  const given = (/** @type {string} */ name) => query.get(name) ?? '';
  return h(
    'form',
    { class: 'filters', role: 'search' },
    textField({ name: 'text', label: 'Words', value: given('text'), hint: 'name, istiod, policy …' }),
    choiceField({
      name: 'namespace',
      label: 'Namespace',
      value: given('namespace'),
      all: 'all namespaces',
      values: namespaces,
    }),
    choiceField({
      name: 'state',
      label: 'State',
      value: given('state'),
      all: 'all states',
      values: states.map(({ state }) => state),
    }),
  );
}

/** @param {ProxyList} list */
function countText({ total, matching, states }) {
  const all = states.map(({ state, count }) => `${count} ${state}`).join(' · ');
  return `${matching === total ? '' : `${matching} of `}${total} proxies: ${all || 'none is known'}`;
}

/**
 * @param {ProxyList} list
 * @param {URLSearchParams} query
 */
function table({ proxies, matching }, query) {
  return h(
    'table',
    { class: 'stacks' },
    h('caption', { class: 'unseen' }, `Proxies, ${proxies.length} of ${matching}`),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        COLUMNS.map((column) => headCell(column, query)),
      ),
    ),
    h('tbody', {}, proxies.map(row)),
  );
}

/**
 * @param {{ readonly sort: string, readonly text: string }} column
 * @param {URLSearchParams} query
 */
function headCell({ sort, text }, query) {
  if (sort === '') return h('th', { scope: 'col' }, text);
  const isSorted = (query.get('sort') || 'state') === sort;
  const isDown = query.get('down') === '1';
  const next = new URLSearchParams(query);
  next.set('sort', sort);
  next.set('down', isSorted && !isDown ? '1' : '');
  next.delete('from');
  return h(
    'th',
    { scope: 'col', 'aria-sort': isSorted && (isDown ? 'descending' : 'ascending') },
    h(
      'button',
      { type: 'button', class: 'sort', 'data-go': linkTo(['proxies'], next) },
      text,
      isSorted && h('span', { 'aria-hidden': 'true' }, isDown ? ' ▼' : ' ▲'),
    ),
  );
}

/** @param {ListedProxy} proxy */
function row({ namespace, name, cluster, state, since, istiod, version, why }) {
  return h(
    'tr',
    { 'data-key': `${cluster}/${namespace}/${name}` },
    h('td', {}, stateBadge(state)),
    h('td', {}, namespace),
    h('th', { scope: 'row' }, h('a', { href: linkTo(['proxy', namespace, name]) }, name)),
    h('td', { 'data-head': 'Since' }, since === null ? '' : `${ageText(since)}`),
    h('td', { 'data-head': 'Why' }, why),
    h('td', { 'data-head': 'Istiod' }, istiod ?? ''),
    h('td', { 'data-head': 'Version' }, version ?? ''),
  );
}

/**
 * @param {ProxyList} list
 * @param {URLSearchParams} query
 */
function pages({ from, matching }, query) {
  if (matching <= ROWS) return null;
  const to = (/** @type {number} */ start, /** @type {string} */ text) => {
    const next = new URLSearchParams(query);
    next.set('from', String(start));
    return h('a', { href: linkTo(['proxies'], next) }, text);
  };
  return h(
    'nav',
    { class: 'links', 'aria-label': 'Pages of the table' },
    from > 0 && to(from - ROWS, 'Previous'),
    h('span', {}, `${from + 1} to ${Math.min(from + ROWS, matching)} of ${matching}`),
    from + ROWS < matching && to(from + ROWS, 'Next'),
  );
}
