// @ts-check
import { h } from './dom.js';
import { choiceField, textField } from './filters.js';
import { ageText } from './time.js';
import { badge } from './verdict.js';

/** @import { FindingsDocument } from '../../../report/findings-json.ts' */
/** @import { Place } from './place.js' */

/** Findings shown at once. */
const MAX_ROWS = 200;
const LEVELS = ['Error', 'Warning', 'Info'];
const LOOKS = /** @type {const} */ ({ Error: 'finding', Warning: 'warning', Info: 'info' });

/** What analysis found: `#/findings?namespace=&level=&text=`. */
export const findingsView = {
  title: () => 'Findings',
  /** @param {Place} place */
  needs: ({ query }) => {
    const asked = ['namespace', 'level'].map((name) => [name, (query.get(name) ?? '').toLowerCase()]);
    return [`api/v1/findings?${new URLSearchParams(asked)}`];
  },
  /**
   * @param {readonly [FindingsDocument]} answers
   * @param {Place} place
   */
  draw: ([{ analysedAt, findings, suppressed, unknown }], { query }) => {
    const given = (/** @type {string} */ name) => query.get(name) ?? '';
    const words = given('text').toLowerCase().split(/\s+/);
    const found = (findings ?? []).filter(({ code, object, text }) =>
      words.every((word) => `${code} ${object} ${text}`.toLowerCase().includes(word)),
    );
    return [
      h('h1', {}, 'Findings in the configuration'),
      h(
        'form',
        { class: 'filters', role: 'search' },
        textField({ name: 'text', label: 'Words', value: given('text'), hint: 'IST0101, VirtualService …' }),
        textField({ name: 'namespace', label: 'Namespace', value: given('namespace') }),
        choiceField({ name: 'level', label: 'Level', value: given('level'), all: 'all levels', values: LEVELS }),
      ),
      h(
        'p',
        { class: 'counts', role: 'status' },
        analysedAt === null
          ? 'Nothing has been analysed yet.'
          : `${found.length} findings${suppressed ? `, ${suppressed} suppressed` : ''}; analysed ${ageText(analysedAt)} ago`,
      ),
      table(found.slice(0, MAX_ROWS)),
      found.length > MAX_ROWS && h('p', {}, `${found.length - MAX_ROWS} more are not shown; filter them.`),
      ...(unknown ?? []).map(({ codes, why }) =>
        h('p', { class: 'counts' }, badge('unknown'), ` ${codes.join(', ')}: ${why}`),
      ),
    ];
  },
};

/** @param {NonNullable<FindingsDocument['findings']>} findings */
function table(findings) {
  if (findings.length === 0) return null;
  return h(
    'table',
    { class: 'stacks' },
    h('caption', { class: 'unseen' }, 'Findings, worst first'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Level', 'Code', 'Object', 'What', 'Since'].map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      {},
      findings.map(({ level, code, object, text, since }) =>
        h(
          'tr',
          {},
          h('td', {}, badge(LOOKS[level], level)),
          h('td', { class: 'whole' }, code),
          h('th', { scope: 'row' }, object),
          h('td', {}, text),
          h('td', { 'data-head': 'Since' }, since === null || since === undefined ? '' : ageText(since)),
        ),
      ),
    ),
  );
}
