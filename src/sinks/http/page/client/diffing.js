// @ts-check
import { ask, wordsOf } from './answers.js';
import { commandBox } from './copying.js';
import { h } from './dom.js';
import { clockText } from './time.js';
import { badge } from './verdict.js';

/** @import { ApiDiffDocument } from '../../../report/diff-api-json.ts' */

/** A look waits for its turn, then for the Envoy, its istiod, and the reading of both. */
const PATIENCE_MS = 120_000;

/**
 * What became of the question after one proxy.
 * @typedef {{ pod: string, isAsking: boolean, diff?: ApiDiffDocument, refusal?: string }} Asked
 */

/** Asks for the diffs of proxies, and shows the last; another proxy's answer is of no use. */
export function createDiffing() {
  /** @type {Asked} */
  let asked = { pod: '', isAsking: false };
  return {
    /**
     * @param {string} namespace
     * @param {string} name
     * @param {() => void} onNews
     * @returns {Promise<string>} what to read out
     */
    async ask(namespace, name, onNews) {
      const pod = `${name}.${namespace}`;
      if (asked.pod === pod && asked.isAsking) return 'Still asking';
      asked = { ...(asked.pod === pod && asked), pod, isAsking: true };
      onNews();
      const outcome = await outcomeOf(namespace, name);
      // Meanwhile somebody may have asked for another one.
      if (asked.pod !== pod) return '';
      asked = outcome;
      onNews();
      return outcome.diff === undefined ? 'No diff could be had' : verdictText(outcome.diff);
    },
    /** @param {DiffedProxy} proxy */
    section: (proxy) => section(proxy, asked.pod === `${proxy.name}.${proxy.namespace}` ? asked : undefined),
  };
}

/**
 * @param {string} namespace
 * @param {string} name
 * @returns {Promise<Asked>}
 */
async function outcomeOf(namespace, name) {
  const ended = { pod: `${name}.${namespace}`, isAsking: false };
  try {
    return { ...ended, diff: await ask(`api/v1/diff?${new URLSearchParams({ namespace, pod: name })}`, PATIENCE_MS) };
  } catch (error) {
    return { ...ended, refusal: wordsOf(error) };
  }
}

/**
 * `noDiff`: why nobody can ask here.
 * @typedef {{ readonly namespace: string, readonly name: string, readonly noDiff: string | null, readonly isMissing: boolean }} DiffedProxy
 */

/**
 * What istiod would send against what Envoy has, for who asks.
 * @param {DiffedProxy} proxy
 * @param {Asked | undefined} own
 */
function section({ namespace, name, noDiff, isMissing }, own) {
  return h(
    'section',
    { 'aria-labelledby': 'diff', class: 'diff' },
    h('h2', { id: 'diff' }, 'What istiod would send, and what its Envoy has'),
    isMissing && h('p', {}, 'No istiod lists it, so none would send it anything: there is nothing to compare.'),
    noDiff !== null && !isMissing && h('p', {}, `Nobody can ask here: ${noDiff}.`),
    noDiff === null && !isMissing && asking(namespace, name, own),
    own?.refusal !== undefined && h('p', { class: 'refusal' }, own.refusal),
    own?.diff !== undefined && answer(own.diff),
    !isMissing && commandBox(`meshladder diff ${name}.${namespace}`, 'In a terminal'),
  );
}

/**
 * @param {string} namespace
 * @param {string} name
 * @param {Asked | undefined} own
 */
function asking(namespace, name, own) {
  const isAsking = own?.isAsking === true;
  return h(
    'p',
    {},
    h(
      'button',
      { type: 'button', 'data-diff': JSON.stringify([namespace, name]), 'aria-disabled': isAsking && 'true' },
      own?.diff === undefined ? 'Ask both now' : 'Ask again',
    ),
    h(
      'span',
      { class: 'counts' },
      isAsking
        ? ' Asking; the next look there is goes to you …'
        : ' One look into its Envoy, one question to its istiod.',
    ),
  );
}

/** @param {ApiDiffDocument} diff */
function verdictText({ verdict, differences, leftOut }) {
  const count = differences.length + leftOut;
  if (verdict === 'same') return 'Envoy has what istiod would send';
  return verdict === 'differs'
    ? `${count} ${count === 1 ? 'resource differs' : 'resources differ'}`
    : 'Not all could be compared';
}

const VERDICTS = /** @type {const} */ ({ same: 'ok', differs: 'finding', unknown: 'unknown' });

/** @param {ApiDiffDocument} diff */
function answer(diff) {
  const { at, verdict, sections, differences, leftOut, rejections, warming, problems } = diff;
  return h(
    'div',
    { class: 'answer' },
    h('p', {}, badge(VERDICTS[verdict], verdict), ` ${verdictText(diff)}, as of ${clockText(at)} UTC.`),
    h(
      'ul',
      { class: 'sections' },
      sections.map(({ section, state, compared, differences: count }) =>
        h(
          'li',
          {},
          `${section}: ${state === 'unknown' ? 'not compared' : count === 0 ? `same (${compared})` : `${count} of ${compared} differ`}`,
        ),
      ),
    ),
    rejections.map(({ side, section, name, details }) =>
      h(
        'div',
        { class: 'cause finding' },
        h('strong', {}, `${side} rejected ${section}/${name}:`),
        h('pre', {}, details || 'no reason given'),
      ),
    ),
    warming.map(({ side, section, name }) =>
      h('p', {}, `${side} holds back ${section}/${name}: it waits for something.`),
    ),
    problems.map((problem) => h('p', { class: 'counts' }, badge('unknown'), ` ${problem}`)),
    differences.length > 0 &&
      h(
        'p',
        { class: 'counts' },
        h('span', { class: 'del' }, '- istiod would send'),
        ' · ',
        h('span', { class: 'add' }, '+ Envoy has'),
      ),
    differences.map(difference),
    leftOut > 0 && h('p', { class: 'counts' }, `${leftOut} more are not shown; meshladder diff has them all.`),
  );
}

const KINDS = { changed: '', only_first: ', only at istiod', only_second: ', only in Envoy' };

/** @param {ApiDiffDocument['differences'][number]} difference */
function difference({ section, name, kind, diff }) {
  return h(
    'details',
    { 'data-key': `diff ${section}/${name}` },
    h('summary', {}, `${section}/${name || '(no name)'}${KINDS[kind]}`),
    h('pre', { tabindex: 0 }, diff.trimEnd().split('\n').map(line)),
  );
}

/** @param {string} text */
function line(text) {
  const looks = text.startsWith('+')
    ? 'add'
    : text.startsWith('-')
      ? 'del'
      : text.startsWith('@')
        ? 'place'
        : undefined;
  return h('span', { class: looks }, `${text}\n`);
}
