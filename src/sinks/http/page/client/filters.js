// @ts-check
import { h } from './dom.js';
import { linkTo } from './place.js';

/** @import { Place } from './place.js' */

/**
 * The place that a form's fields say: they become the query, and paging begins anew.
 * @param {HTMLFormElement} form
 * @param {Place} place
 */
export function filterPlace(form, place) {
  const query = new URLSearchParams(place.query);
  query.delete('from');
  for (const [name, value] of new FormData(form)) query.set(name, String(value));
  return linkTo([place.view, ...place.names], query);
}

/**
 * @param {{ readonly name: string, readonly label: string, readonly value: string, readonly hint?: string }} field
 */
export function textField({ name, label, value, hint }) {
  return h(
    'label',
    {},
    h('span', {}, label),
    h('input', { type: 'search', name, value, placeholder: hint, autocomplete: 'off', spellcheck: 'false' }),
  );
}

/**
 * @param {{ readonly name: string, readonly label: string, readonly value: string, readonly all: string, readonly values: readonly string[] }} field
 */
export function choiceField({ name, label, value, all, values }) {
  // What a link asks for is offered although nothing has it now.
  const offered = value === '' || values.includes(value) ? values : [...values, value];
  const option = (/** @type {string} */ each, /** @type {string} */ text) =>
    h('option', { value: each, selected: each === value, 'data-key': each || 'all' }, text);
  return h(
    'label',
    {},
    h('span', {}, label),
    h(
      'select',
      { name, 'data-value': value },
      option('', all),
      offered.map((each) => option(each, each)),
    ),
  );
}
