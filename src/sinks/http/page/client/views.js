// @ts-check
import { findingsView } from './view-findings.js';
import { flagsView } from './view-flags.js';
import { meshView } from './view-mesh.js';
import { namespaceView } from './view-namespace.js';
import { pairView } from './view-pair.js';
import { proxiesView } from './view-proxies.js';
import { createProxyView } from './view-proxy.js';
import { trafficView } from './view-traffic.js';

/** @import { Child } from './dom.js' */
/** @import { Place } from './place.js' */

/**
 * What one kind of page shows. `needs` are paths of the server; `draw` gets what they answered, in the same order. `said` is
 * read aloud when it changes: it holds no time. `clicks`: what buttons of its own do, by the attribute that they have; they
 * resolve to what is to be read aloud.
 * @typedef {{
 *   title(place: Place): string,
 *   needs(place: Place): readonly string[],
 *   said?(answers: any): string,
 *   draw(answers: any, place: Place): readonly Child[],
 *   clicks?: Readonly<Record<string, (value: string, onNews: () => void) => Promise<string>>>,
 * }} View
 */

/** The kinds of pages there are; some remember what they were asked. */
export function createViews() {
  /** @type {Readonly<Record<string, View>>} */
  const views = {
    '': meshView,
    namespace: namespaceView,
    proxies: proxiesView,
    proxy: createProxyView(),
    traffic: trafficView,
    pair: pairView,
    findings: findingsView,
    flags: flagsView,
  };
  return {
    /**
     * @param {Place} place
     * @returns {View | undefined}
     */
    of: ({ view }) => (Object.hasOwn(views, view) ? views[view] : undefined),
  };
}

/** What the navigation offers, and which views belong to each. */
export const NAVIGATION = [
  { href: '#/', text: 'Ladder', views: ['', 'namespace'] },
  { href: '#/proxies', text: 'Proxies', views: ['proxies', 'proxy'] },
  { href: '#/traffic', text: 'Traffic', views: ['traffic', 'pair'] },
  { href: '#/findings', text: 'Findings', views: ['findings'] },
  { href: '#/flags', text: 'Response flags', views: ['flags'] },
];
