// @ts-check
/**
 * Elements are made by `h` and brought onto the page by `patch`, which changes what differs and leaves the rest alone: focus,
 * selection and what a reader has unfolded outlive every update. Text only ever becomes text.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Readonly<Record<string, string | number | boolean | null | undefined>>} Attributes
 */

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'circle', 'rect']);

/**
 * @param {string} tag
 * @param {Attributes} [attributes] false, null and undefined are left out; true is the bare attribute
 * @param {...(Child | readonly Child[])} children
 * @returns {Element}
 */
export function h(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  const given = Object.entries(attributes).filter(([, value]) => !isNothing(value));
  for (const [name, value] of given) element.setAttribute(name, value === true ? '' : String(value));
  const kept = children.flat().filter((child) => !isNothing(child));
  element.append(...kept.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/**
 * @param {unknown} value
 */
function isNothing(value) {
  return value === null || value === undefined || value === false;
}

/**
 * Makes what is on the page look like the fresh tree.
 * @param {Element} shown
 * @param {readonly Child[]} fresh
 */
export function show(shown, fresh) {
  const focused = document.activeElement;
  patchChildren(shown, h('div', {}, ...fresh));
  // An element that was moved has lost its focus.
  if (focused instanceof HTMLElement && focused !== document.activeElement && shown.contains(focused))
    focused.focus({ preventScroll: true });
}

/**
 * @param {Element} shown
 * @param {Element} fresh
 */
function patchChildren(shown, fresh) {
  const keyed = new Map([...shown.children].flatMap((child) => (keyOf(child) ? [[keyOf(child), child]] : [])));
  let place = shown.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = keyOf(child);
    const known = key === null ? place : (keyed.get(key) ?? null);
    if (known === null || !isSameKind(known, child)) {
      shown.insertBefore(child, place);
      continue;
    }
    if (known === place) place = place.nextSibling;
    else shown.insertBefore(known, place);
    patch(known, child);
  }
  removeFrom(place);
}

/** @param {ChildNode | null} place it, and all that stands behind it */
function removeFrom(place) {
  for (let node = place; node !== null; ) {
    const next = node.nextSibling;
    node.remove();
    node = next;
  }
}

/**
 * @param {Node} shown
 * @param {Node} fresh
 */
function patch(shown, fresh) {
  if (shown instanceof Element && fresh instanceof Element) {
    patchAttributes(shown, fresh);
    patchChildren(shown, fresh);
    patchValue(shown, fresh);
  } else if (shown.nodeValue !== fresh.nodeValue) shown.nodeValue = fresh.nodeValue;
}

/**
 * @param {Element} shown
 * @param {Element} fresh
 */
function patchAttributes(shown, fresh) {
  for (const name of shown.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !isReaders(shown, name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value && !isReaders(shown, name)) shown.setAttribute(name, value);
  }
}

/**
 * What stands in a field, unless the reader is at it.
 * @param {Element} shown
 * @param {Element} fresh
 */
function patchValue(shown, fresh) {
  if (shown === document.activeElement) return;
  if (shown instanceof HTMLInputElement) shown.value = fresh.getAttribute('value') ?? '';
  if (shown instanceof HTMLSelectElement) shown.value = fresh.getAttribute('data-value') ?? '';
}

/**
 * What the reader has set, and no update undoes.
 * @param {Element} element
 * @param {string} attribute
 */
function isReaders(element, attribute) {
  return attribute === 'open' && element.tagName === 'DETAILS';
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute('data-key') : null;
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isSameKind(one, other) {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}
