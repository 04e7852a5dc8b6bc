import type { Field } from './format-fields.ts';
import type { ValueOf } from './format-match.ts';
import { type Operator, operatorOf, type Teller } from './format-operators.ts';
import type { Command, TemplatePart } from './format-template.ts';

/** A command of a format string, what it may write, and which part of the string it is. */
export interface Place {
  readonly command: Command;
  readonly operator: Operator;
  readonly part: number;
}

export interface TellingPlace extends Place {
  readonly tells: Teller;
}

/** For each field that is told, where, best first. */
export type Tellers = ReadonlyMap<Field, readonly TellingPlace[]>;

/**
 * Fields that a line may do without. The authority: a caller chooses it, and where it matters, it only ever picks a service
 * that is known (`raw-request.ts`). The upstream host: few ask for it.
 */
export const MAY_BE_UNKNOWN: ReadonlySet<Field> = new Set(['authority', 'upstreamHost']);

export function placesOf(parts: readonly TemplatePart[]): readonly Place[] {
  return parts.flatMap((command, part) =>
    command.kind === 'command' ? [{ command, operator: operatorOf(command), part }] : [],
  );
}

export function tellersOf(places: readonly Place[]): Tellers {
  const telling = places.flatMap((place) => {
    const { tells } = place.operator;
    return tells === undefined ? [] : [{ ...place, tells }];
  });
  const ranked = telling.toSorted((one, other) => one.tells.rank - other.tells.rank);
  return Map.groupBy(ranked, ({ tells }) => tells.field);
}

/** The first value that is whole and the same in every way to match. */
export function firstValue(places: readonly TellingPlace[], values: ValueOf): string | undefined {
  for (const { part, tells, command } of places) {
    const value = command.cutAt === undefined ? values(part) : undefined;
    if (value !== undefined) return tells.read === undefined ? value : tells.read(value);
  }
  return undefined;
}
