import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';

/** One HTTP rule of a VirtualService. */
export interface HttpRule {
  /** From 0. */
  readonly place: number;
  readonly name: string;
  readonly matches: readonly SpecObject[];
  /** What it takes is left to another object, which may not take it. */
  readonly isDelegated: boolean;
}

export function httpRules({ spec }: ConfigObject): readonly HttpRule[] {
  return objectsAt(spec, 'http').map((rule, place) => ({
    place,
    name: textAt(rule, 'name'),
    matches: objectsAt(rule, 'match'),
    isDelegated: hasAt(rule, 'delegate'),
  }));
}

/** The matches by which a rule has this name in Envoy: its own name, or behind a dot that of a match. */
export function matchesNamed({ name, matches }: HttpRule, route: string): readonly SpecObject[] | undefined {
  if (matches.length === 0) return name === route ? [] : undefined;
  const named = matches.filter((match) => {
    const own = textAt(match, 'name');
    return (own === '' ? name : `${name}.${own}`) === route;
  });
  return named.length === 0 ? undefined : named;
}
