import { everydayProblems } from './format-everyday.ts';
import type { Field, FieldTexts } from './format-fields.ts';
import { matchPieces, type Piece, type ValueOf } from './format-match.ts';
import { operatorOf } from './format-operators.ts';
import { firstValue, MAY_BE_UNKNOWN, placesOf, type Tellers, type TellingPlace, tellersOf } from './format-places.ts';
import { cutProblem, type FormatProblem } from './format-problem.ts';
import type { TemplatePart } from './format-template.ts';

/** A format string, ready to read what was written by it. */
export interface Pattern {
  /** What of a request it can tell. */
  readonly fields: ReadonlySet<Field>;
  /** `unclear` where a field could be this or that; undefined for what was not written by this format string. */
  read(text: string): Reading | 'unclear' | undefined;
}

export interface Reading {
  readonly texts: FieldTexts;
  /** What START_TIME wrote. */
  readonly startTime: string | undefined;
}

/** Reads a format string's parts; problems where nobody could tell on an everyday line what is to be counted. */
export function compilePattern(parts: readonly TemplatePart[]): Pattern | readonly FormatProblem[] {
  const places = placesOf(parts);
  const tellers = tellersOf(places);
  const cut = [...tellers.values()].flatMap(cutOf);
  if (cut.length > 0) return cut;
  const pieces = parts.map(pieceOf);
  const problems = everydayProblems(parts, pieces, places, tellers);
  if (problems.length > 0) return problems;
  const stamp = places.find(({ command }) => command.name === 'START_TIME' && command.argument === '');
  return {
    fields: new Set(tellers.keys()),
    read: (text) => {
      const values = matchPieces(pieces, text);
      if (values === undefined) return undefined;
      const texts = textsOfPlaces(tellers, values);
      return texts === undefined ? 'unclear' : { texts, startTime: stamp && values(stamp.part) };
    },
  };
}

function pieceOf(part: TemplatePart): Piece {
  return part.kind === 'literal' ? part : { kind: 'value', chars: operatorOf(part).chars };
}

/** Undefined where a field cannot be told. */
function textsOfPlaces(tellers: Tellers, values: ValueOf): FieldTexts | undefined {
  const texts: Partial<Record<Field, string>> = {};
  for (const [field, places] of tellers) {
    const value = firstValue(places, values);
    if (value !== undefined) texts[field] = value;
    else if (!MAY_BE_UNKNOWN.has(field)) return undefined;
  }
  return texts;
}

function cutOf(telling: readonly TellingPlace[]): readonly FormatProblem[] {
  const [first] = telling;
  if (first === undefined || MAY_BE_UNKNOWN.has(first.tells.field)) return [];
  return telling.some(({ command }) => command.cutAt === undefined) ? [] : [cutProblem(first.command)];
}
