// @ts-check
import { h } from './dom.js';
import { linkTo } from './place.js';
import { spanText } from './time.js';

/** @import { MeshCounts } from '../mesh-counts.ts' */

/**
 * The mesh in a few numbers, each with the way to what it counts.
 * @param {MeshCounts} counts
 */
export function countsLine({ proxies, findings, traffic }) {
  const all = proxies.reduce((sum, { count }) => sum + count, 0);
  return h(
    'ul',
    { class: 'links', 'aria-label': 'In numbers' },
    h(
      'li',
      {},
      h('a', { href: '#/proxies' }, `${all} ${all === 1 ? 'proxy' : 'proxies'}`),
      proxies.flatMap(({ state, count }, nth) => [
        nth === 0 ? ': ' : ' · ',
        h('a', { href: linkTo(['proxies'], { state }) }, `${count} ${state.replace('_', ' ')}`),
      ]),
    ),
    traffic !== null &&
      h(
        'li',
        {},
        h('a', { href: '#/traffic' }, `${traffic.requests.toLocaleString('en')} requests`),
        ` in ${spanText(traffic.seconds)}, ${traffic.failed.toLocaleString('en')} failed`,
      ),
    findings !== null &&
      h(
        'li',
        {},
        'Configuration: ',
        h(
          'a',
          { href: '#/findings' },
          `${findings.Error} errors, ${findings.Warning} warnings, ${findings.Info} infos`,
        ),
      ),
  );
}
