// @ts-check
import { findingsView } from './view-findings.js';
import { flagsView } from './view-flags.js';
import { meshView } from './view-mesh.js';
import { namespaceView } from './view-namespace.js';
import { pairView } from './view-pair.js';
import { proxiesView } from './view-proxies.js';
import { proxyView } from './view-proxy.js';
import { trafficView } from './view-traffic.js';

/** @import { Child } from './dom.js' */
/** @import { Place } from './place.js' */

/**
 * What one kind of page shows. `needs` are paths of the server; `draw` gets what they answered, in the same order. `said` is
 * read aloud when it changes: it holds no time.
 * @typedef {{
 *   title(place: Place): string,
 *   needs(place: Place): readonly string[],
 *   said?(answers: any): string,
 *   draw(answers: any, place: Place): readonly Child[],
 * }} View
 */

/** @type {Readonly<Record<string, View>>} */
const VIEWS = {
  '': meshView,
  namespace: namespaceView,
  proxies: proxiesView,
  proxy: proxyView,
  traffic: trafficView,
  pair: pairView,
  findings: findingsView,
  flags: flagsView,
};

/** What the navigation offers, and which views belong to each. */
export const NAVIGATION = [
  { href: '#/', text: 'Ladder', views: ['', 'namespace'] },
  { href: '#/proxies', text: 'Proxies', views: ['proxies', 'proxy'] },
  { href: '#/traffic', text: 'Traffic', views: ['traffic', 'pair'] },
  { href: '#/findings', text: 'Findings', views: ['findings'] },
  { href: '#/flags', text: 'Response flags', views: ['flags'] },
];

/**
 * @param {Place} place
 * @returns {View | undefined}
 */
export function viewOf({ view }) {
  return Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined;
}
