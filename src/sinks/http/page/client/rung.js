// @ts-check
import { commandBox } from './copying.js';
import { h } from './dom.js';
import { badge } from './verdict.js';

/** @import { RungDocument } from '../../../report/ladder-json.ts' */
/** @import { RunbooksByRung } from '../../../runbooks/runbooks.ts' */
/** @import { Child } from './dom.js' */

/**
 * The rungs, lowest first; where to begin is marked.
 * @param {readonly RungDocument[]} rungs
 * @param {{ readonly runbooks?: RunbooksByRung, readonly counts?: (rung: RungDocument) => Child }} beside `counts`: what stands behind a rung's verdict
 */
export function ladder(rungs, { runbooks = {}, counts = () => null }) {
  const first = beginAt(rungs);
  return h(
    'ol',
    { class: 'ladder', start: 0 },
    rungs.map((rung) =>
      rungItem(rung, rung === first, { counts: counts(rung), runbooks: runbookLinks(rung, runbooks) }),
    ),
  );
}

/**
 * The first rung that is not ok: what stands lower explains more. One that is switched off is no place to begin.
 * @param {readonly RungDocument[]} rungs
 */
export function beginAt(rungs) {
  return rungs.find(({ verdict, off }) => verdict !== 'ok' && off !== true);
}

/**
 * What a headline says of whom the page names already.
 * @param {string | null} headline as in `cart-1.shop: 1 proxy STALE.`
 * @param {string} subject
 */
export function saidOf(headline, subject) {
  const text = headline ?? '';
  return text.startsWith(`${subject}: `) ? text.slice(subject.length + 2) : text;
}

/**
 * @param {RungDocument} rung
 * @param {boolean} isFirst
 * @param {{ readonly counts: Child, readonly runbooks: Child }} beside
 */
function rungItem(rung, isFirst, beside) {
  const { id, number, question, verdict, summary, evidence, next, off } = rung;
  return h(
    'li',
    { class: `rung ${verdict}${isFirst ? ' first' : ''}`, 'data-key': id, id: `rung-${number}`, tabindex: -1 },
    h(
      'div',
      { class: 'head' },
      h('span', { class: 'number', 'aria-hidden': 'true' }, number),
      badge(verdict, off === true ? 'off' : undefined),
      h('h3', {}, question),
      isFirst && h('strong', { class: 'begin' }, 'Begin here'),
    ),
    h('p', { class: 'summary' }, summary),
    beside.counts,
    evidence.length > 0 && evidenceOf(rung),
    next !== null && commandBox(next),
    beside.runbooks,
  );
}

/**
 * What is written down for the alerts that a broken rung may raise.
 * @param {RungDocument} rung
 * @param {RunbooksByRung} runbooks
 */
function runbookLinks({ id, verdict }, runbooks) {
  const own = runbooks[id] ?? [];
  if (verdict !== 'finding' || own.length === 0) return null;
  return h(
    'details',
    { 'data-key': `runbooks ${id}` },
    h('summary', {}, `Runbooks (${own.length})`),
    h(
      'ul',
      {},
      own.map(({ name, severity, summary }) =>
        h('li', {}, h('a', { href: `runbooks/${name}` }, name), ` (${severity}): ${summary}`),
      ),
    ),
  );
}

/** @param {RungDocument} rung */
function evidenceOf({ id, question, evidence }) {
  return h(
    'details',
    { 'data-key': `evidence ${id}` },
    h('summary', { 'aria-label': `Evidence for: ${question}` }, `Evidence (${evidence.length})`),
    h(
      'ul',
      {},
      evidence.map((each) => h('li', {}, each)),
    ),
  );
}
