import type { SpecObject } from '../../model/spec-fields.ts';
import { numberAt, objectAt, textAt } from '../../model/spec-paths.ts';

/** One match of a rule, with what they are called. */
export interface PlacedMatch {
  readonly rule: string;
  readonly name: string;
  readonly match: SpecObject;
}

/** A match that never comes to be used, and the earlier one that takes its requests. */
export interface Covered {
  readonly covered: PlacedMatch;
  readonly by: PlacedMatch;
}

/** What of a match istioctl compares. */
interface Prefixed {
  readonly placed: PlacedMatch;
  readonly prefix: string;
  readonly port: number;
  /** Method and authority. */
  readonly texts: readonly string[];
  /** Headers, query parameters and headers that must not be there, each by name. */
  readonly maps: readonly ReadonlyMap<string, string>[];
}

/** A mesh's own longest VirtualService has some hundred matches; each is compared with each. */
const MOST_COMPARED = 2_000;

/**
 * Matches by path prefix under an earlier, shorter prefix, where nothing else tells them apart (Istio
 * pkg/config/validation: overlapping prefixes).
 */
export function coveredPrefixes(matches: readonly PlacedMatch[]): readonly Covered[] {
  const all = matches.slice(0, MOST_COMPARED).flatMap(prefixedOf);
  const found: Covered[] = [];
  for (const [at, earlier] of all.entries()) {
    for (const later of all.slice(at + 1)) {
      if (covers(earlier, later)) found.push({ covered: later.placed, by: earlier.placed });
    }
  }
  return found;
}

function prefixedOf(placed: PlacedMatch): readonly Prefixed[] {
  const { match } = placed;
  const prefix = textAt(match, 'uri', 'prefix');
  if (prefix === '') return [];
  const maps = ['headers', 'queryParams', 'withoutHeaders'].map((field) => conditionsOf(match, field));
  const texts = [condition(match['method']) || 'exact:GET', condition(match['authority'])];
  return [{ placed, prefix, port: numberAt(match, 'port') ?? 0, texts, maps }];
}

function conditionsOf(match: SpecObject, field: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(objectAt(match, field) ?? {}).map(([name, value]) => [name, condition(value)]));
}

/** A pattern is not compared. */
function condition(value: unknown): string {
  const exact = textAt(value, 'exact');
  const prefix = textAt(value, 'prefix');
  return exact !== '' ? `exact:${exact}` : prefix !== '' ? `prefix:${prefix}` : '';
}

function covers(earlier: Prefixed, later: Prefixed): boolean {
  if (earlier.prefix === later.prefix || !later.prefix.startsWith(earlier.prefix)) return false;
  if (earlier.port !== later.port) return false;
  return (
    earlier.texts.every((text, at) => text.startsWith(later.texts[at] ?? '')) &&
    earlier.maps.every((map, at) => holdsAll(map, later.maps[at] ?? new Map()))
  );
}

function holdsAll(earlier: ReadonlyMap<string, string>, later: ReadonlyMap<string, string>): boolean {
  if (earlier.size !== later.size) return false;
  return [...earlier].every(([name, value]) => {
    const other = later.get(name);
    return other !== undefined && value.startsWith(other);
  });
}
