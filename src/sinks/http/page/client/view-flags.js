// @ts-check
import { h } from './dom.js';
import { textField } from './filters.js';
import { badge } from './verdict.js';

/** @import { ResponseFlag } from '../../../../model/response-flags/entry.ts' */
/** @import { Place } from './place.js' */

/** What the response flags mean: `#/flags?text=UF,URX`. */
export const flagsView = {
  title: () => 'Response flags',
  needs: () => ['page/response-flags.json'],
  /**
   * @param {readonly [readonly ResponseFlag[]]} answers
   * @param {Place} place
   */
  draw: ([flags], { query }) => {
    const text = query.get('text') ?? '';
    const found = matching(flags, text);
    return [
      h('h1', {}, 'Response flags'),
      h('p', {}, 'What a flag in an access log means, what its caller saw, and where to look.'),
      h(
        'form',
        { class: 'filters', role: 'search' },
        textField({ name: 'text', label: 'Flags or words', value: text, hint: 'UF,URX' }),
      ),
      h('p', { class: 'counts', role: 'status' }, `${found.length} of ${flags.length} flags`),
      h('ul', { class: 'flags' }, found.map(flagItem)),
    ];
  },
};

/**
 * By names, as they stand in a log; where none is a name, by words.
 * @param {readonly ResponseFlag[]} flags
 * @param {string} text
 */
export function matching(flags, text) {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return flags;
  const named = flags.filter(({ name, longName }) =>
    words.some((word) => [name, longName].some((own) => own.toLowerCase() === word)),
  );
  if (named.length > 0) return named;
  return flags.filter((flag) => {
    const all = [flag.name, flag.longName, flag.seen, flag.meaning, ...flag.checks, flag.confusion ?? ''];
    const said = all.join(' ').toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** @param {ResponseFlag} flag */
function flagItem({ name, longName, failure, seen, meaning, checks, confusion }) {
  return h(
    'li',
    { 'data-key': name },
    h(
      'h2',
      {},
      h('code', {}, name),
      h('small', {}, ` ${longName} · ${seen} `),
      failure ? badge('finding', 'failure') : badge('ok', 'no failure'),
    ),
    h('p', {}, meaning),
    h(
      'ol',
      {},
      checks.map((check) => h('li', {}, check)),
    ),
    confusion !== undefined && h('p', { class: 'counts' }, `Not to be confused: ${confusion}`),
  );
}
