// @ts-check
import { h } from './dom.js';
import { countsLine } from './mesh-counts.js';
import { linkTo } from './place.js';
import { beginAt, ladder, saidOf } from './rung.js';
import { badge } from './verdict.js';

/** @import { LadderDocument, NamespaceDocument, RungDocument } from '../../../report/ladder-json.ts' */
/** @import { RunbooksByRung } from '../../../runbooks/runbooks.ts' */
/** @import { MeshCounts } from '../mesh-counts.ts' */

/** Namespaces told one by one before the reader asks for the others. */
const TOLD = 20;

/** The whole mesh. */
export const meshView = {
  title: () => 'The mesh',
  needs: () => ['api/v1/ladder', 'page/counts.json', 'page/runbooks.json'],
  /** @param {readonly [LadderDocument]} answers */
  said: ([mesh]) => verdictText(mesh),
  /** @param {readonly [LadderDocument, MeshCounts, RunbooksByRung]} answers */
  draw: ([mesh, counts, runbooks]) => [
    h('h1', {}, 'The mesh'),
    verdictLine(mesh),
    countsLine(counts),
    h(
      'div',
      { class: 'columns' },
      h(
        'section',
        { 'aria-labelledby': 'stories' },
        h('h2', { id: 'stories' }, 'Namespaces, worst first'),
        stories(mesh.namespaces ?? []),
      ),
      h(
        'section',
        { 'aria-labelledby': 'rungs' },
        h('h2', { id: 'rungs' }, 'The ladder, lowest rung first'),
        ladder(mesh.rungs, { runbooks, counts: (rung) => countsOf(rung, mesh.namespaces ?? []) }),
      ),
    ),
  ],
};

/** @param {LadderDocument} mesh */
function verdictText({ verdict, namespaces }) {
  const all = namespaces ?? [];
  const bad = all.filter((each) => each.verdict === 'finding').length;
  return {
    ok: 'Every rung is passed.',
    finding: `${bad} of ${all.length} namespaces ${bad === 1 ? 'has' : 'have'} something wrong.`,
    unknown: 'Nothing is known to be wrong, and not everything is known.',
  }[verdict];
}

/** @param {LadderDocument} mesh */
function verdictLine(mesh) {
  const first = beginAt(mesh.rungs);
  return h(
    'p',
    { class: 'verdict-line' },
    badge(mesh.verdict),
    ` ${verdictText(mesh)} `,
    first !== undefined &&
      h('a', { href: `#rung-${first.number}`, 'data-jump': `rung-${first.number}` }, `Begin at rung ${first.number}`),
  );
}

/** @param {readonly NamespaceDocument[]} namespaces */
function stories(namespaces) {
  const [told, others] = [namespaces.slice(0, TOLD), namespaces.slice(TOLD)];
  if (namespaces.length === 0) return h('p', {}, 'No namespace is known yet.');
  const list = h('ul', { class: 'stories' }, told.map(story));
  if (others.length === 0) return list;
  return h(
    'div',
    {},
    list,
    h(
      'details',
      { 'data-key': 'other namespaces' },
      h('summary', {}, `${others.length} more namespaces`),
      h('ul', { class: 'stories' }, others.map(story)),
    ),
  );
}

/** @param {NamespaceDocument} namespace */
function story({ namespace, verdict, headline, rungs }) {
  return h(
    'li',
    { class: verdict, 'data-key': namespace },
    h(
      'div',
      { class: 'head' },
      badge(verdict),
      h('h3', {}, h('a', { href: linkTo(['namespace', namespace]) }, namespace)),
    ),
    h('p', {}, saidOf(headline, namespace) || unsaid(verdict, rungs)),
  );
}

/**
 * @param {NamespaceDocument['verdict']} verdict
 * @param {readonly RungDocument[]} rungs
 */
function unsaid(verdict, rungs) {
  if (verdict === 'ok') return 'All is well.';
  const unknown = rungs.filter((rung) => rung.verdict === 'unknown' && rung.off !== true).map(({ number }) => number);
  return `Not known: rung ${unknown.join(', ')}.`;
}

/**
 * In how many namespaces a rung stands how.
 * @param {RungDocument} rung
 * @param {readonly NamespaceDocument[]} namespaces
 */
function countsOf({ id, number }, namespaces) {
  if (number === 0) return null;
  const own = namespaces.flatMap(({ rungs }) => rungs.filter((each) => each.id === id));
  const counts = /** @type {const} */ (['finding', 'unknown', 'ok']).flatMap((verdict) => {
    const count = own.filter((each) => each.verdict === verdict && each.off !== true).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return counts.length === 0 ? null : h('p', { class: 'counts' }, `Namespaces: ${counts.join(' · ')}`);
}
