import type { Field } from './format-fields.ts';
import { matchPieces, type Piece } from './format-match.ts';
import { firstValue, MAY_BE_UNKNOWN, type Place, type Tellers } from './format-places.ts';
import { type FormatProblem, formatProblem } from './format-problem.ts';
import type { TemplatePart } from './format-template.ts';

/** A request with nothing set, one of a browser, and two that are a bit of both. */
const DAYS: readonly ((index: number) => 0 | 1)[] = [
  () => 0,
  () => 1,
  (index) => (index % 2 === 0 ? 0 : 1),
  (index) => (index % 2 === 0 ? 1 : 0),
];

/**
 * Reads lines as they are on most days. What cannot be told on those makes a format of no use; what only a hostile line
 * makes unclear is left to each line.
 */
export function everydayProblems(
  parts: readonly TemplatePart[],
  pieces: readonly Piece[],
  places: readonly Place[],
  tellers: Tellers,
): readonly FormatProblem[] {
  const unclear = DAYS.flatMap((day) => {
    const values = matchPieces(pieces, everydayLine(parts, places, day)) ?? (() => undefined);
    return [...tellers].filter(([, telling]) => firstValue(telling, values) === undefined).map(([field]) => field);
  });
  const fields: ReadonlySet<Field> = new Set(unclear.filter((field) => !MAY_BE_UNKNOWN.has(field)));
  return [...fields].flatMap((field) =>
    (tellers.get(field) ?? []).slice(0, 1).map((place) => problemOf(place, places)),
  );
}

function everydayLine(parts: readonly TemplatePart[], places: readonly Place[], day: (index: number) => 0 | 1): string {
  const written: string[] = parts.map(({ text }) => text);
  for (const [index, { part, operator }] of places.entries()) written[part] = operator.everyday[day(index)];
  return written.join('');
}

function problemOf({ command, part }: Place, places: readonly Place[]): FormatProblem {
  const subject = `${command.text} at ${command.where}`;
  const touching = places.find((other) => Math.abs(other.part - part) === 1)?.command;
  if (touching !== undefined) {
    return formatProblem(
      'touching',
      `${subject} touches ${touching.text}: nothing tells where one ends and the other begins. Put a blank between them.`,
    );
  }
  const loose = places.filter(({ operator }) => operator.chars === 'any');
  const before = loose.findLast((other) => other.part < part);
  const behind = loose.find((other) => other.part > part);
  const around = [before, behind].flatMap((other) => (other === undefined ? [] : [other.command.text]));
  if (around.length === 0) {
    return formatProblem(
      'touching',
      `${subject} cannot be told from what stands beside it, which may hold the same characters. Put blanks round it.`,
    );
  }
  return formatProblem(
    'forgeable',
    `${subject} cannot be told from ${around.join(' and ')}, which may hold anything. Put ${command.text} in front of that, or double quotes round it.`,
  );
}
