import { diffLines, type Edit } from './line-diff.ts';
import { placeOfLine } from './line-place.ts';

const CONTEXT = 3;

/**
 * The difference of two pretty-printed JSON texts as hunks of a unified diff, each headed by where in the resource it
 * is. Empty where they are equal.
 */
export function unifiedDiff(first: string, second: string): string {
  if (first === second) return '';
  const [one, other] = [linesOf(first), linesOf(second)];
  const edits = diffLines(one, other);
  return hunksOf(edits)
    .map((hunk) => formatHunk(hunk, edits, one, other))
    .join('');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

/** A stretch of edits, and how many lines of each text stand before it. */
interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly before: readonly [first: number, second: number];
}

function hunksOf(edits: readonly Edit[]): readonly Hunk[] {
  const stretches: [from: number, to: number][] = [];
  for (const [at, { kind }] of edits.entries()) {
    if (kind === 'keep') continue;
    const last = stretches.at(-1);
    if (last !== undefined && at - CONTEXT <= last[1]) last[1] = at + CONTEXT + 1;
    else stretches.push([Math.max(0, at - CONTEXT), at + CONTEXT + 1]);
  }
  const before: [number, number] = [0, 0];
  let done = 0;
  return stretches.map(([from, to]) => {
    count(edits, done, from, before);
    done = from;
    return { from, to: Math.min(to, edits.length), before: [...before] as const };
  });
}

function count(edits: readonly Edit[], from: number, to: number, lines: [number, number]): void {
  for (let at = from; at < to; at++) {
    const kind = edits[at]?.kind;
    if (kind !== 'add') lines[0]++;
    if (kind !== 'remove') lines[1]++;
  }
}

const SIGNS = { keep: ' ', remove: '-', add: '+' } as const;

function formatHunk(
  { from, to, before }: Hunk,
  edits: readonly Edit[],
  first: readonly string[],
  second: readonly string[],
): string {
  const after: [number, number] = [0, 0];
  count(edits, from, to, after);
  const changed = edits.findIndex(({ kind }, at) => at >= from && kind !== 'keep');
  const ahead: [number, number] = [...before];
  count(edits, from, changed, ahead);
  const place = edits[changed]?.kind === 'add' ? placeOfLine(second, ahead[1]) : placeOfLine(first, ahead[0]);
  const ranges = `-${range(before[0], after[0])} +${range(before[1], after[1])}`;
  const lines = edits.slice(from, to).map(({ kind, line }) => `${SIGNS[kind]}${line}\n`);
  return `@@ ${ranges} @@${place === '' ? '' : ` ${place}`}\n${lines.join('')}`;
}

/** As `diff -u` counts: an empty range begins at the line before it. */
function range(before: number, lines: number): string {
  return lines === 0 ? `${before},0` : `${before + 1},${lines}`;
}
