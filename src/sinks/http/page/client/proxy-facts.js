// @ts-check
import { commandBox } from './copying.js';
import { h } from './dom.js';
import { happeningsTable } from './happenings.js';
import { ageText, clockText } from './time.js';
import { stateBadge } from './verdict.js';

/** @import { ShownProxy } from '../page-data.ts' */

/**
 * How it stands with istiod.
 * @param {ShownProxy['proxies'][number]} proxy
 */
export function proxyFacts(proxy) {
  const { state, missingSince: missing } = proxy;
  return [
    h('h2', {}, 'Sync with istiod'),
    h(
      'p',
      {},
      stateBadge(state),
      ` ${heldText(proxy)}`,
      missing !== null && ` No istiod lists it since ${clockText(missing)} UTC.`,
    ),
    blockText(proxy),
    types(proxy),
    ...rejections(proxy),
    happeningsTable(proxy.happenings),
    facts(proxy),
  ];
}

/** What a proxy is said to hold where nothing yet says since when it does not. */
const HELD = {
  SYNCED: 'holds what istiod sent last.',
  NOT_SENT: 'holds what istiod sent; of some types there was nothing to send.',
  STALE: 'has not acknowledged yet what it was sent last.',
  ERROR: 'rejected what it was sent.',
  MISSING: 'has lost its istiod.',
};

/**
 * Whether it holds current configuration, and since when not.
 * @param {Pick<ShownProxy['proxies'][number], 'state' | 'outOfSyncSince' | 'outOfSyncOrigin'>} proxy
 */
export function heldText({ state, outOfSyncSince: since, outOfSyncOrigin: origin }) {
  const orBefore = origin === 'first_seen';
  if (state === 'UNKNOWN') {
    const last =
      since && ` It did not when it was last seen, since ${clockText(since)} UTC${orBefore ? ' or before' : ''}.`;
    return `Whether it holds current configuration is not known.${last ?? ''}`;
  }
  return since === null
    ? HELD[state]
    : `has not held current configuration for ${ageText(since)}${orBefore ? ', or longer' : ''}.`;
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
