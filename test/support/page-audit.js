// @ts-check
/*
 * Runs in the browser, on the page that is shown, and tells what a reader who cannot see it, or sees it badly, would stumble
 * over. It is loaded as a module and leaves `pageFaults` behind.
 */

/** Small text wants so much (WCAG 2.2, 1.4.3 Contrast). */
const LEAST_CONTRAST = 4.5;

/**
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
function all(selector) {
  return [...document.querySelectorAll(selector)].filter((each) => each instanceof HTMLElement);
}

/** @param {Element} element */
function nameOf(element) {
  return element.getAttribute('aria-label') ?? (element.textContent ?? '').trim().slice(0, 40);
}

function outline() {
  const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
  const skipped = levels.filter((level, nth) => level > (levels[nth - 1] ?? 0) + 1);
  const missing = ['header', 'nav', 'main', 'footer'].filter((landmark) => all(landmark).length === 0);
  return [
    ...(levels.filter((level) => level === 1).length === 1 ? [] : ['not one h1']),
    ...skipped.map((level) => `h${level} skips a level`),
    ...missing.map((landmark) => `no ${landmark}`),
  ];
}

function unnamed() {
  const tables = all('table').filter((table) => table.querySelector('caption') === null);
  const heads = all('thead th').filter((cell) => cell.getAttribute('scope') !== 'col');
  const fields = all('input, select').filter((field) => field.closest('label') === null);
  const controls = all('button, a[href], summary').filter((control) => nameOf(control) === '');
  return [...tables, ...heads, ...fields, ...controls].map((element) => `no name: ${element.outerHTML.slice(0, 80)}`);
}

function ids() {
  const known = all('[id]').map(({ id }) => id);
  const twice = known.filter((id, nth) => known.indexOf(id) !== nth);
  const lost = all('[aria-labelledby]').filter((each) => !known.includes(each.getAttribute('aria-labelledby') ?? ''));
  return [...twice.map((id) => `id ${id} twice`), ...lost.map((each) => `labelled by nobody: ${nameOf(each)}`)];
}

/** @param {string} color as computed: `rgb(…)` or `rgba(…)` */
function partsOf(color) {
  return (color.match(/[\d.]+/g) ?? []).map(Number);
}

/** @param {string} color */
function luminance(color) {
  const [red = 0, green = 0, blue = 0] = partsOf(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {Element} element */
function backgroundOf(element) {
  for (let at = /** @type {Element | null} */ (element); at !== null; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (partsOf(color)[3] !== 0) return color;
  }
  return 'rgb(255, 255, 255)';
}

function pale() {
  const faults = new Map();
  const written = all('body *').filter((element) => {
    const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
    return hasText && element.closest('.unseen, .skip, noscript') === null;
  });
  for (const element of written) {
    const [text, back] = [getComputedStyle(element).color, backgroundOf(element)];
    const [dark = 0, light = 0] = [luminance(text), luminance(back)].sort((one, other) => one - other);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < LEAST_CONTRAST) faults.set(`${text} on ${back}`, `${ratio.toFixed(1)} to 1: ${nameOf(element)}`);
  }
  return [...faults].map(([pair, fault]) => `${pair} is ${fault}`);
}

Object.assign(globalThis, { pageFaults: () => [...outline(), ...unnamed(), ...ids(), ...pale()] });
