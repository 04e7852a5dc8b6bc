// @ts-check
import { createAnswers } from './answers.js';
import { clusterHint, clusterLinks, statusOfCluster } from './cluster.js';
import { copy } from './copying.js';
import { h, show } from './dom.js';
import { filterPlace } from './filters.js';
import { freshnessLine, troubles } from './freshness.js';
import { keepFresh } from './live.js';
import { placeOf } from './place.js';
import { createReturning } from './returning.js';
import { setServerTime } from './time.js';
import { createViews, NAVIGATION } from './views.js';

/** @import { StatusDocument } from '../../status-document.ts' */

const STATUS = 'api/v1/status';
/** Typing pauses so long before the exporter is asked. */
const TYPING_MS = 150;

const main = part('main');
const said = part('said');
let place = placeOf(location.hash);

const views = createViews();
const answers = createAnswers();
const returning = createReturning(main);
/** @type {string | undefined} */
let problem;
/** The page that is drawn, and what of it was read aloud. @type {{ page: string, words: string } | undefined} */
let shown;
/** @type {StatusDocument | undefined} */
let status;

/** The reader has come here, and has not seen all of it yet. */
let isArriving = false;

const live = keepFresh(update);
draw();
live.now();
setInterval(() => document.hidden || draw(), 1000);

/** Asks for all that is shown. */
async function update() {
  const paths = [STATUS, ...(views.of(place)?.needs(place) ?? [])];
  problem = await answers.update(paths);
  const before = status?.started_at;
  status = answers.get(STATUS)?.body;
  // Another program answers now.
  if (before !== undefined && before !== status?.started_at) answers.forgetFixed();
  if (problem === undefined && status?.at) setServerTime(status.at);
  answers.keepOnly([...paths, ...(views.of(place)?.needs(place) ?? [])]);
  draw();
  return problem === undefined;
}

function draw() {
  const standing = { status: statusOfCluster(status), problem, isListening: live.isListening() };
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
    clusterLinks(status, location.hash),
    clusterHint(status),
  ]);
  drawView();
}

function drawView() {
  const view = views.of(place);
  if (view === undefined) {
    document.title = 'Not found · meshladder';
    show(main, [h('h1', {}, 'There is no such view'), h('p', {}, h('a', { href: '#/' }, 'To the mesh'))]);
    return;
  }
  document.title = `${view.title(place)} · meshladder`;
  const got = view.needs(place).map((path) => answers.get(path));
  const refusal = got.find((answer) => answer?.refusal !== undefined)?.refusal;
  const bodies = got.map((answer) => answer?.body);
  if (refusal !== undefined) show(main, [h('h1', {}, view.title(place)), h('p', { class: 'refusal' }, refusal)]);
  else if (got.every((answer) => answer !== undefined)) {
    show(main, view.draw(bodies, place));
    if (isArriving) returning.arrive();
    isArriving = false;
  }
  // What was shown before stays until the answer to a changed filter is here.
  else if (shown?.page !== pageOf(place))
    show(main, [h('h1', {}, view.title(place)), h('p', {}, 'Asking the exporter …')]);
  else return;
  tell(refusal === undefined && !bodies.includes(undefined) ? (view.said?.(bodies) ?? '') : '');
}

/**
 * Reads out what has become different, where the page is the same.
 * @param {string} words
 */
function tell(words) {
  const page = pageOf(place);
  if (words !== '' && shown?.page === page && shown.words !== '' && shown.words !== words) say(words);
  shown = { page, words: words === '' && shown?.page === page ? shown.words : words };
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
  // Who sorts or turns a page stays where they are.
  isArriving = isNewPage && !isSame;
  if (isArriving) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  draw();
  live.now();
}

addEventListener('hashchange', () => {
  returning.leave();
  go(true);
});

/** What a button or a link of the page does, by the attribute that it has. @type {Readonly<Record<string, (value: string) => unknown>>} */
const CLICKS = {
  'data-copy': async (text) => {
    say((await copy(text)) ? 'Copied' : 'Could not be copied; select the text');
    draw();
  },
  'data-go': (place) => {
    location.hash = place;
  },
  'data-jump': (id) => {
    const goal = part(id);
    goal.scrollIntoView({ block: 'start' });
    goal.focus({ preventScroll: true });
  },
};

/**
 * What the buttons of one view do.
 * @param {import('./views.js').View | undefined} view
 * @returns {typeof CLICKS}
 */
function clicksOf(view) {
  const clicks = Object.entries(view?.clicks ?? {});
  return Object.fromEntries(
    clicks.map(([attribute, act]) => [attribute, async (value) => say(await act(value, draw))]),
  );
}

document.addEventListener('click', (event) => {
  for (const [attribute, act] of Object.entries({ ...CLICKS, ...clicksOf(views.of(place)) })) {
    const found = event.target instanceof Element ? event.target.closest(`[${attribute}]`) : null;
    if (found === null) continue;
    event.preventDefault();
    act(found.getAttribute(attribute) ?? '');
  }
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
for (const kind of ['input', 'change', 'submit']) {
  document.addEventListener(kind, (event) => {
    const form = event.target instanceof Element ? event.target.closest('form') : null;
    if (form === null) return;
    if (kind === 'submit') event.preventDefault();
    history.replaceState(history.state, '', filterPlace(form, place));
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

/** @param {string} id */
function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html lacks #${id}`);
  return found;
}
