import type { AboutDocument, LadderDocument, NamespaceDocument, RungDocument } from './ladder-json.ts';
import { type Colour, oneLine, paint } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** How the report is wanted. */
export interface LadderTextOptions {
  readonly width: number;
  readonly coloured: boolean;
}

type Verdict = RungDocument['verdict'];

const COLOURS: Readonly<Record<Verdict, Colour>> = { ok: 'green', finding: 'red', unknown: 'magenta' };
const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok', finding: 'FINDING', unknown: 'unknown' };

/** Longest piece taken of what strangers wrote. */
const MAX_WORDS = 400;
/** Namespaces told one by one. */
const MAX_NAMESPACES = 20;
const INDENT = ' '.repeat(13);

/** The ladder on one screen: what is wrong first, then rung by rung. */
export function ladderText(document: LadderDocument, options: LadderTextOptions): string {
  const { about, headline, namespaces, rungs } = document;
  const parts = [
    about === null
      ? namespacesText(namespaces ?? [], options)
      : `${wholeText(about, document.verdict, options)}${partText(about, headline, options)}`,
    rungs.map((rung) => rungText(rung, options)).join(''),
    `${sumOf(rungs)}\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** Which pod it is, where what runs it was asked for. */
function wholeText({ namespace, pod, of }: AboutDocument, verdict: Verdict, { width }: LadderTextOptions): string {
  if (of === undefined) return '';
  const whole = `${of.workload}.${namespace}`;
  const words =
    of.pods === 1
      ? `${whole} has one pod, ${pod}.`
      : `${whole} has ${of.pods} pods; this is ${verdict === 'ok' ? 'one' : 'the worst'} of them, ${pod}.`;
  return `${wrapText(oneLine(words, MAX_WORDS * 2), width, '', '  ')}\n`;
}

function partText({ namespace, pod }: AboutDocument, headline: string | null, { width }: LadderTextOptions): string {
  const name = pod === null ? `namespace ${namespace}` : `${pod}.${namespace}`;
  return wrapText(oneLine(headline || name, MAX_WORDS * 2), width, '', '  ');
}

function namespacesText(namespaces: readonly NamespaceDocument[], { width }: LadderTextOptions): string {
  const told = namespaces.filter(({ headline }) => headline !== '');
  const more = told.length - MAX_NAMESPACES;
  const lines = told
    .slice(0, MAX_NAMESPACES)
    .map(({ headline }) => wrapText(oneLine(headline, MAX_WORDS * 2), width, '', '  '));
  return [...lines, ...(more > 0 ? [`… and ${more} more namespaces; -o json has them all\n`] : [])].join('');
}

/** Where a rung is passed, its line is enough. */
function rungText(rung: RungDocument, options: LadderTextOptions): string {
  const { number, id, verdict, summary, evidence, next } = rung;
  const word = paint({ text: WORDS[verdict].padEnd(7), colour: COLOURS[verdict] }, options.coloured);
  const head = `${String(number).padStart(2)}  ${word}  `;
  const plain = head.length - word.length + 7;
  const line = wrapText(`${id}: ${oneLine(summary, MAX_WORDS)}`, options.width, ' '.repeat(plain), INDENT);
  const told = verdict === 'ok' ? [] : evidence.map((each) => item('- ', each, options));
  const command = verdict === 'ok' || next === null ? [] : [`${INDENT}next: ${oneLine(next, MAX_WORDS)}\n`];
  return [head + line.slice(plain), ...told, ...command].join('');
}

function item(mark: string, text: string, { width }: LadderTextOptions): string {
  return wrapText(oneLine(text, MAX_WORDS), width, INDENT + mark, `${INDENT}  `);
}

/** `11 rungs: 2 FINDING, 1 unknown, 8 ok`. */
function sumOf(rungs: readonly RungDocument[]): string {
  const counts = (['finding', 'unknown', 'ok'] as const).flatMap((verdict) => {
    const count = rungs.filter((rung) => rung.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${WORDS[verdict]}`];
  });
  return `${rungs.length} rungs: ${counts.join(', ')}`;
}
