// @ts-check
import { h } from './dom.js';
import { linkTo } from './place.js';
import { ladder, saidOf } from './rung.js';
import { badge } from './verdict.js';

/** @import { LadderDocument } from '../../../report/ladder-json.ts' */
/** @import { RunbooksByRung } from '../../../runbooks/runbooks.ts' */
/** @import { Place } from './place.js' */

/** One namespace: `#/namespace/NAME`. */
export const namespaceView = {
  /** @param {Place} place */
  title: ({ names: [name = ''] }) => `Namespace ${name}`,
  needs: () => ['api/v1/ladder', 'page/runbooks.json'],
  /**
   * @param {readonly [LadderDocument, RunbooksByRung]} answers
   * @param {Place} place
   */
  draw: ([{ namespaces }, runbooks], { names: [name = ''] }) => {
    const found = namespaces?.find(({ namespace }) => namespace === name);
    const head = h('h1', {}, `Namespace ${name}`);
    if (found === undefined)
      return [head, h('p', {}, 'Nothing is known of a namespace of this name: no proxy, pod, service or request.')];
    return [
      head,
      h('p', { class: 'verdict-line' }, badge(found.verdict), ` ${saidOf(found.headline, name)}`),
      h(
        'p',
        { class: 'links' },
        h('a', { href: linkTo(['proxies'], { namespace: name }) }, 'Its proxies'),
        h('a', { href: linkTo(['traffic'], { namespace: name }) }, 'Its traffic'),
        h('a', { href: linkTo(['findings'], { namespace: name }) }, 'Findings about it'),
      ),
      h('h2', {}, 'Its ladder, lowest rung first'),
      ladder(found.rungs, { runbooks }),
    ];
  },
};
