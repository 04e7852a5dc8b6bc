// @ts-check
import { ofCluster } from './cluster.js';
import { h } from './dom.js';

/** How long a button says that it has copied. */
const SAID_MS = 2000;

/** @type {{ text: string, untilMs: number }} */
let copied = { text: '', untilMs: 0 };

/** Commands that ask a running exporter as well (`meshladder help status`). */
const ASK_EXPORTER = /^meshladder (status|check|analyze)\b/;
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * The command as it reaches this exporter, from wherever it is pasted: who reads here need not have a kubeconfig.
 * @param {string} command
 */
function reachingThis(command) {
  if (!ASK_EXPORTER.test(command)) return command;
  const here = ofCluster(new URL('.', location.href).href.replace(/\/$/, ''));
  return `${command} --server ${PLAIN.test(here) ? here : `'${here.replaceAll("'", `'\\''`)}'`}`;
}

/**
 * A command, and the button that copies it.
 * @param {string} asked
 * @param {string} [label]
 */
export function commandBox(asked, label = 'Next') {
  const command = reachingThis(asked);
  const isCopied = copied.text === command && performance.now() < copied.untilMs;
  return h(
    'div',
    { class: 'command' },
    h('span', { class: 'label' }, label),
    h('code', { tabindex: 0 }, command),
    h(
      'button',
      { type: 'button', 'data-copy': command, 'aria-label': `Copy command: ${command}` },
      isCopied ? 'Copied' : 'Copy',
    ),
  );
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
export async function copy(text) {
  const done = (await byClipboard(text)) || bySelection(text);
  if (done) copied = { text, untilMs: performance.now() + SAID_MS };
  return done;
}

/** @param {string} text */
async function byClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Browsers keep the clipboard from pages without TLS that are not on this machine; the old way is open to them.
 * @param {string} text
 */
function bySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return done;
}
