import { type SpecObject, specList, specObject, specText } from './spec-fields.ts';
import type { Labels } from './workload.ts';

/**
 * The readers of `spec-fields.ts` along a path: specs are stored as anybody wrote them, and what is not what it should be
 * counts as absent.
 */

/** What lies at the end of a path of own fields. */
export function valueAt(from: unknown, ...path: readonly string[]): unknown {
  let value = from;
  for (const name of path) {
    // Written out, since a mesh of thousands of objects comes by here a million times.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as SpecObject)[name];
  }
  return value ?? undefined;
}

export function objectAt(from: unknown, ...path: readonly string[]): SpecObject | undefined {
  return specObject(valueAt(from, ...path));
}

/** `""` where there is no text. */
export function textAt(from: unknown, ...path: readonly string[]): string {
  return specText(valueAt(from, ...path)) ?? '';
}

/** A number, also one written as text, as protobuf's JSON allows. */
export function numberAt(from: unknown, ...path: readonly string[]): number | undefined {
  return numberOf(valueAt(from, ...path));
}

/** The same, of a value by itself. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function isTrueAt(from: unknown, ...path: readonly string[]): boolean {
  return valueAt(from, ...path) === true;
}

export function listAt(from: unknown, ...path: readonly string[]): readonly unknown[] {
  return specList(valueAt(from, ...path));
}

/** The objects of a list; an entry that is none counts as empty, so that positions stay what they are. */
export function objectsAt(from: unknown, ...path: readonly string[]): readonly SpecObject[] {
  return listAt(from, ...path).map((item) => specObject(item) ?? {});
}

export function textsAt(from: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(from, ...path).filter((item): item is string => typeof item === 'string');
}

/** Labels, of which only texts count. */
export function labelsAt(from: unknown, ...path: readonly string[]): Labels {
  const entries = Object.entries(objectAt(from, ...path) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Whether anything at all is there. */
export function hasAt(from: unknown, ...path: readonly string[]): boolean {
  return valueAt(from, ...path) !== undefined;
}
