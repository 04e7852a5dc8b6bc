// @ts-check
import { h } from './dom.js';

/** @typedef {'ok' | 'finding' | 'unknown' | 'warning' | 'info'} Verdict */

/** @type {Readonly<Record<Verdict, string>>} */
const WORDS = { ok: 'ok', finding: 'finding', unknown: 'unknown', warning: 'warning', info: 'info' };

/** Shapes that differ without any colour: a ring with a tick, a full triangle, a dashed square with a question mark, an open triangle, an i. */
const SHAPES = {
  ok: () => [
    h('circle', { cx: 8, cy: 8, r: 6.5, class: 'line' }),
    h('path', { d: 'M5 8.3l2.1 2.1L11 6.2', class: 'line' }),
  ],
  finding: () => [
    h('path', { d: 'M8 1.2L15.4 14.4H.6z', class: 'full' }),
    h('path', { d: 'M8 6v4M8 11.6v1', class: 'gap' }),
  ],
  unknown: () => [
    h('rect', { x: 1.7, y: 1.7, width: 12.6, height: 12.6, class: 'line dashed' }),
    h('path', { d: 'M6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 10.8v.9', class: 'line' }),
  ],
  warning: () => [
    h('path', { d: 'M8 2.2L14.6 13.8H1.4z', class: 'line' }),
    h('path', { d: 'M8 6.6v3.2M8 11.4v.6', class: 'line' }),
  ],
  info: () => [h('path', { d: 'M8 3.4v.6M8 6.8v6M6.4 12.8h3.2M6.6 6.8H8', class: 'line' })],
};

/**
 * The verdict by colour, word and shape.
 * @param {Verdict} verdict
 * @param {string} [word]
 */
export function badge(verdict, word = WORDS[verdict]) {
  const icon = h('svg', { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, SHAPES[verdict]());
  return h('span', { class: `badge ${verdict}` }, icon, h('span', {}, word));
}

/** @type {Readonly<Record<string, Verdict>>} */
const OF_STATE = { SYNCED: 'ok', STALE: 'finding', ERROR: 'finding', MISSING: 'finding' };

/**
 * A proxy's or a type's state, in istioctl's words.
 * @param {string} state
 */
export function stateBadge(state) {
  return badge(OF_STATE[state] ?? 'unknown', state.replace('_', ' '));
}
