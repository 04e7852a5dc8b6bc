// @ts-check
import { ask, Refused } from './answers.js';
import { copy } from './copying.js';
import { h, show } from './dom.js';
import { filterPlace } from './filters.js';
import { freshnessLine, troubles } from './freshness.js';
import { keepFresh } from './live.js';
import { placeOf } from './place.js';
import { setServerTime } from './time.js';
import { NAVIGATION, viewOf } from './views.js';

/** @import { StatusDocument } from '../../status-document.ts' */

const STATUS = 'api/v1/status';
/** Typing pauses so long before the exporter is asked. */
const TYPING_MS = 150;

const main = part('main');
const said = part('said');
let place = placeOf(location.hash);

/** What was answered, by path; a refusal as such. @type {Map<string, { body?: any, refusal?: string }>} */
const answers = new Map();
/** @type {string | undefined} */
let problem;
/** The page that is drawn. @type {string | undefined} */
let shown;
/** @type {StatusDocument | undefined} */
let status;

const live = keepFresh(update);
draw();
live.now();
setInterval(() => document.hidden || draw(), 1000);

/** Asks for all that is shown. */
async function update() {
  const paths = [STATUS, ...(viewOf(place)?.needs(place) ?? [])];
  const outcomes = await Promise.allSettled(paths.map(ask));
  problem = undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const path = paths[index] ?? '';
    if (outcome.status === 'fulfilled') answers.set(path, { body: outcome.value });
    else if (outcome.reason instanceof Refused) answers.set(path, { refusal: outcome.reason.message });
    else problem = wordsOf(outcome.reason);
  }
  status = answers.get(STATUS)?.body;
  if (problem === undefined && status?.at) setServerTime(status.at);
  forgetAllBut(paths);
  draw();
}

/** @param {readonly string[]} paths */
function forgetAllBut(paths) {
  const needed = new Set([...paths, ...(viewOf(place)?.needs(place) ?? [])]);
  for (const path of answers.keys()) if (!needed.has(path)) answers.delete(path);
}

function draw() {
  const standing = { status, problem, isListening: live.isListening() };
  show(part('freshness'), freshnessLine(standing));
  show(part('trouble'), troubles(standing));
  show(part('nav'), [
    h(
      'ul',
      {},
      NAVIGATION.map(({ href, text, views }) =>
        h('li', {}, h('a', { href, 'aria-current': views.includes(place.view) && 'page' }, text)),
      ),
    ),
  ]);
  drawView();
}

function drawView() {
  const view = viewOf(place);
  if (view === undefined) {
    document.title = 'Not found · meshladder';
    show(main, [h('h1', {}, 'There is no such view'), h('p', {}, h('a', { href: '#/' }, 'To the mesh'))]);
    return;
  }
  document.title = `${view.title(place)} · meshladder`;
  const got = view.needs(place).map((path) => answers.get(path));
  const refusal = got.find((answer) => answer?.refusal !== undefined)?.refusal;
  if (refusal !== undefined) show(main, [h('h1', {}, view.title(place)), h('p', { class: 'refusal' }, refusal)]);
  else if (got.every((answer) => answer !== undefined))
    show(
      main,
      view.draw(
        got.map((answer) => answer?.body),
        place,
      ),
    );
  // What was shown before stays until the answer to a changed filter is here.
  else if (shown !== pageOf(place)) show(main, [h('h1', {}, view.title(place)), h('p', {}, 'Asking the exporter …')]);
  else return;
  shown = pageOf(place);
}

/** Reads it out; the same words a second time, too. @param {string} text */
function say(text) {
  said.textContent = '';
  setTimeout(() => {
    said.textContent = text;
  }, 50);
}

/** @param {boolean} isNewPage */
function go(isNewPage) {
  const before = pageOf(place);
  place = placeOf(location.hash);
  const isSame = before === pageOf(place);
  draw();
  live.now();
  // Who sorts or turns a page stays where they are.
  if (!isNewPage || isSame) return;
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

addEventListener('hashchange', () => go(true));

document.addEventListener('click', async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = target?.closest('[data-copy]');
  if (button) {
    const done = await copy(button.getAttribute('data-copy') ?? '');
    say(done ? 'Copied' : 'Could not be copied; select the text');
    draw();
  }
  const jump = target?.closest('a[href^="#rung-"], a[data-skip]');
  if (jump) {
    event.preventDefault();
    const goal = part(jump.getAttribute('href')?.slice(1) ?? '');
    goal.scrollIntoView({ block: 'start' });
    goal.focus({ preventScroll: true });
  }
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
for (const kind of ['input', 'change', 'submit']) {
  document.addEventListener(kind, (event) => {
    const form = event.target instanceof Element ? event.target.closest('form') : null;
    if (form === null) return;
    if (kind === 'submit') event.preventDefault();
    history.replaceState(null, '', filterPlace(form, place));
    clearTimeout(typing);
    typing = setTimeout(() => go(false), TYPING_MS);
  });
}

/**
 * What makes two places the same page: all but the query.
 * @param {import('./place.js').Place} at
 */
function pageOf({ view, names }) {
  return [view, ...names].join('/');
}

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  return error instanceof SyntaxError ? 'its answer is not JSON' : 'no connection';
}

/** @param {string} id */
function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html lacks #${id}`);
  return found;
}
