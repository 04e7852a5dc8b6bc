// @ts-check
import { flagsView } from './view-flags.js';
import { meshView } from './view-mesh.js';
import { namespaceView } from './view-namespace.js';

/** @import { Child } from './dom.js' */
/** @import { Place } from './place.js' */

/**
 * What one kind of page shows. `needs` are paths of the server; `draw` gets what they answered, in the same order.
 * @typedef {{
 *   title(place: Place): string,
 *   needs(place: Place): readonly string[],
 *   draw(answers: any, place: Place): readonly Child[],
 * }} View
 */

/** @type {Readonly<Record<string, View>>} */
const VIEWS = {
  '': meshView,
  namespace: namespaceView,
  flags: flagsView,
};

/** What the navigation offers, and which views belong to each. */
export const NAVIGATION = [
  { href: '#/', text: 'Ladder', views: ['', 'namespace'] },
  { href: '#/flags', text: 'Response flags', views: ['flags'] },
];

/**
 * @param {Place} place
 * @returns {View | undefined}
 */
export function viewOf({ view }) {
  return Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined;
}
