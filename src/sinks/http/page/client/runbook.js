// @ts-check
import { copy } from './copying.js';
import { h } from './dom.js';

/** A button at each block that somebody types or pastes: what a served runbook is read for. Without it they are text. */

/** How long a button says what came of it. */
const SAID_MS = 2000;
/** What programs print is to be compared, not typed. */
const PASTED = ['language-sh', 'language-promql', 'language-yaml'];

const said = h('p', { class: 'unseen', 'aria-live': 'polite' });
document.body.append(said);
for (const code of document.querySelectorAll('pre > code')) {
  if (PASTED.some((name) => code.classList.contains(name))) code.parentElement?.before(copyButton(code));
}

/** @param {Element} code */
function copyButton(code) {
  const text = pasted(code);
  const [first = ''] = text.split('\n');
  const button = h('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${first}` }, 'Copy');
  button.addEventListener('click', async () => {
    const done = await copy(text);
    button.textContent = done ? 'Copied' : 'Not copied';
    said.textContent = done ? 'Copied' : 'Could not be copied; select the text';
    setTimeout(() => {
      button.textContent = 'Copy';
      said.textContent = '';
    }, SAID_MS);
  });
  return button;
}

/**
 * Commands go without the remarks behind them: not every shell takes those from a person who types.
 * @param {Element} code
 */
function pasted(code) {
  const text = code.textContent ?? '';
  return (code.classList.contains('language-sh') ? text.replaceAll(/[^\S\n]+# .*$/gm, '') : text).trim();
}
