import { type CharSet, holds } from './char-set.ts';

/** A piece of a template: text that is always the same, or a value of these characters. */
export type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'value'; readonly chars: CharSet };

/** Positions in a line: pairs of first and last, ascending and apart. */
type Positions = readonly number[];

/** The value of the piece with this index, if it is the same in every way to match the line. */
export type ValueOf = (piece: number) => string | undefined;

/** A line in which a piece may stand in more places than this was made by someone. */
const MAX_POSITIONS = 1 << 15;
const NO_VALUE: ValueOf = () => undefined;

/**
 * Matches a line against a template in every way there is. What was written is one of them, so a value that is the same
 * in all of them is the one that was written, whatever the other values imitate. Undefined where there is no way.
 *
 * Each piece costs at most a few passes over the line, forwards (where it may begin) and backwards (from where the rest
 * still fits): nothing is tried twice, so no line is slow. Where there are too many places to keep, no value is told.
 */
export function matchPieces(pieces: readonly Piece[], line: string): ValueOf | undefined {
  const reached: Positions[] = [[0, 0]];
  for (const piece of pieces) {
    const next = after(piece, reached.at(-1) ?? [], line);
    if (next.length === 0) return undefined;
    if (next.length > MAX_POSITIONS) return NO_VALUE;
    reached.push(next);
  }
  const ends = intersect(reached.at(-1) ?? [], [line.length, line.length]);
  if (ends.length === 0) return undefined;
  const borders = bordersOf(pieces, line, reached, ends);
  return (piece) => {
    const start = onlyOne(borders[piece]);
    const end = onlyOne(borders[piece + 1]);
    return start === undefined || end === undefined ? undefined : line.slice(start, end);
  };
}

/** Of the positions that were reached, those from which the rest fits too: before each piece, and behind the last. */
function bordersOf(
  pieces: readonly Piece[],
  line: string,
  reached: readonly Positions[],
  ends: Positions,
): readonly Positions[] {
  const borders: Positions[] = new Array(pieces.length);
  borders.push(ends);
  for (let at = pieces.length - 1; at >= 0; at--) {
    borders[at] = before(pieces[at], borders[at + 1] ?? [], reached[at] ?? [], line);
  }
  return borders;
}

function onlyOne(positions: Positions | undefined): number | undefined {
  return positions?.length === 2 && positions[0] === positions[1] ? positions[0] : undefined;
}

/** Where a piece may end if it begins at one of these positions. */
function after(piece: Piece, starts: Positions, line: string): Positions {
  if (piece.kind === 'literal') return afterLiteral(piece.text, starts, line);
  if (piece.chars === 'any') return [starts[0] ?? 0, line.length];
  return afterRun(piece.chars, starts, line);
}

function afterLiteral(text: string, starts: Positions, line: string): Positions {
  const only = onlyOne(starts);
  if (only !== undefined) return line.startsWith(text, only) ? [only + text.length, only + text.length] : [];
  const ends: number[] = [];
  // The next occurrence serves all positions before it, so that the line is searched only once.
  let found = -1;
  for (let pair = 0; pair < starts.length; pair += 2) {
    found = occurrences(text, { line, found, first: position(starts, pair), last: position(starts, pair + 1) }, ends);
    if (found < 0) break;
  }
  return ends;
}

interface Search {
  readonly line: string;
  /** The last occurrence that was found; nothing stands between where it was looked for and there. */
  readonly found: number;
  readonly first: number;
  readonly last: number;
}

/** Adds the ends of all occurrences that begin within `first` to `last`. Returns the first one behind, or -1. */
function occurrences(text: string, { line, found, first, last }: Search, ends: number[]): number {
  let at = found < first ? line.indexOf(text, first) : found;
  while (at >= 0 && at <= last) {
    ends.push(at + text.length, at + text.length);
    at = line.indexOf(text, at + 1);
  }
  return at;
}

function afterRun(chars: CharSet, starts: Positions, line: string): Positions {
  const ends: number[] = [];
  // All that begin inside one run of characters end in it: it is walked once.
  let covered = -1;
  for (let pair = 0; pair < starts.length; pair += 2) {
    const last = position(starts, pair + 1);
    let from = Math.max(position(starts, pair), covered + 1);
    while (from <= last) {
      covered = from;
      while (covered < line.length && holds(chars, line.charCodeAt(covered))) covered++;
      ends.push(from, covered);
      from = covered + 1;
    }
  }
  return ends;
}

/** From which of the starts a piece can end at one of the ends. */
function before(piece: Piece | undefined, ends: Positions, starts: Positions, line: string): Positions {
  if (piece === undefined) return [];
  // Ends that were reached lie behind an occurrence of the literal.
  if (piece.kind === 'literal') return ends.map((end) => end - piece.text.length);
  if (piece.chars === 'any') return intersect(starts, [0, ends.at(-1) ?? 0]);
  return intersect(starts, beforeRun(piece.chars, ends, line));
}

function beforeRun(chars: CharSet, ends: Positions, line: string): Positions {
  // Found from right to left, so written backwards and turned at the end.
  const turned: number[] = [];
  let covered = line.length + 1;
  for (let pair = ends.length - 2; pair >= 0; pair -= 2) {
    const first = position(ends, pair);
    let end = Math.min(position(ends, pair + 1), covered - 1);
    while (end >= first) {
      covered = end;
      while (covered > 0 && holds(chars, line.charCodeAt(covered - 1))) covered--;
      turned.push(end, covered);
      end = covered - 1;
    }
  }
  return turned.reverse();
}

function intersect(a: Positions, b: Positions): Positions {
  const both: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const aLast = position(a, i + 1);
    const bLast = position(b, j + 1);
    const first = Math.max(position(a, i), position(b, j));
    const last = Math.min(aLast, bLast);
    if (first <= last) both.push(first, last);
    if (aLast < bLast) i += 2;
    else j += 2;
  }
  return both;
}

/** Inside of the list, where there always is one. */
function position(positions: Positions, at: number): number {
  return positions[at] ?? 0;
}
