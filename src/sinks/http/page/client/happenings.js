// @ts-check
import { h } from './dom.js';
import { ageText, clockText } from './time.js';
import { stateBadge } from './verdict.js';

/** @import { Happening } from '../happenings.ts' */

/**
 * How a proxy's state changed, with what was written or started just before.
 * @param {readonly Happening[]} happenings newest first
 */
export function happeningsTable(happenings) {
  if (happenings.length === 0)
    return h('p', { class: 'counts' }, 'Nothing has changed since the exporter first saw it.');
  return h(
    'table',
    { class: 'happenings' },
    h('caption', {}, 'What happened since the exporter started, newest first'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['At (UTC), ago', 'Type', 'From', 'To'].map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h('tbody', {}, happenings.map(row)),
  );
}

/** @param {Happening} happening */
function row(happening) {
  const when = h('td', { class: 'whole' }, `${clockText(happening.at)}, ${ageText(happening.at)}`);
  if (happening.of === 'mesh')
    return h('tr', { class: 'mesh' }, when, h('td', { colspan: 3 }, h('strong', {}, happening.text)));
  const { xdsTypes, from, to } = happening;
  return h(
    'tr',
    {},
    when,
    h('td', {}, xdsTypes.length === 0 ? 'all' : xdsTypes.join(', ').toUpperCase()),
    h('td', { class: 'whole' }, from.replace('_', ' ')),
    h('td', {}, stateBadge(to)),
  );
}
