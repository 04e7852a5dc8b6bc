// @ts-check
import { h } from './dom.js';
import { ageText, clockText } from './time.js';

/** @import { StatusDocument } from '../../status-document.ts' */
/** @import { Child } from './dom.js' */

/**
 * How the exporter has answered of late. `problem` is why it did not, the last time.
 * @typedef {{ readonly status: StatusDocument | undefined, readonly problem: string | undefined, readonly isListening: boolean }} Standing
 */

/**
 * How old what is shown is: when the exporter was heard, and of whom it hears nothing itself.
 * @param {Standing} standing
 * @returns {readonly Child[]}
 */
export function freshnessLine({ status, problem, isListening }) {
  if (status === undefined || status.at === null)
    return [problem === undefined ? 'Asking the exporter …' : 'No answer yet'];
  const how = problem !== undefined ? 'not answering' : isListening ? 'live' : 'asked every few seconds';
  const down = status.sources.filter(({ up }) => up === false).map(sourceName);
  return [
    h('span', { class: `dot ${looksOf(problem, down)}`, 'aria-hidden': 'true' }),
    `${status.cluster} · exporter heard ${clockText(status.at)} UTC, ${ageText(status.at)} ago · ${how}`,
    down.length > 0 && h('span', { class: 'down' }, ` · down: ${down.join(', ')}`),
  ];
}

/**
 * @param {string | undefined} problem
 * @param {readonly string[]} down
 */
function looksOf(problem, down) {
  if (problem !== undefined) return 'finding';
  return down.length > 0 ? 'warning' : 'ok';
}

/** @param {StatusDocument['sources'][number]} source */
function sourceName({ source }) {
  return source.replace('_', ' ');
}

/**
 * What the reader must know before believing anything. Without ages: it is read aloud whenever it changes.
 * @param {Standing} standing
 * @returns {readonly Child[]}
 */
export function troubles({ status, problem }) {
  if (problem !== undefined) {
    const since = status?.at
      ? ` What you see is what it said at ${clockText(status.at)} UTC; it may be different now.`
      : '';
    return [
      h('p', { class: 'trouble loud' }, h('strong', {}, 'The exporter does not answer'), ` (${problem}).${since}`),
    ];
  }
  if (status === undefined) return [];
  return [...notReady(status), ...silentSources(status), ...silentIstiods(status)].map((text) =>
    h('p', { class: 'trouble' }, text),
  );
}

/** @param {StatusDocument} status */
function notReady({ ready, pending }) {
  return ready ? [] : [`The exporter is not ready: it waits for ${pending.join(', ')}.`];
}

/** @param {StatusDocument} status */
function silentSources({ sources }) {
  return sources
    .filter(({ up }) => up === false)
    .map((each) => {
      const { last_success_at: at, last_error: error } = each;
      const since = at === null ? 'since the exporter started' : `since ${clockText(at)} UTC`;
      return `No usable answer from ${sourceName(each)} ${since}${error === null ? '' : `: ${error}`}.`;
    });
}

/** @param {StatusDocument} status */
function silentIstiods({ istiods }) {
  return (istiods ?? [])
    .filter(({ state, polled_at: polled }) => state !== 'ok' && polled !== null)
    .map(({ name, namespace, state, error }) => `${name}.${namespace} does not answer (${error ?? state}).`);
}
