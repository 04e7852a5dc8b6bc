import { type FormatProblem, formatProblem } from './format-problem.ts';
import type { JsonObject } from './parse-json.ts';

/** Keys and places in lists, from the outside in. */
export type JsonPath = readonly string[];

/** A format string somewhere in a JSON template. */
export interface Leaf {
  readonly path: JsonPath;
  readonly text: string;
}

const MAX_DEPTH = 20;

/** All format strings of a template; what is no text is written as it is, and tells nothing. */
export function leavesOf(template: JsonObject): readonly Leaf[] | FormatProblem {
  const leaves: Leaf[] = [];
  return collect(template, [], leaves) ?? leaves;
}

function collect(value: unknown, path: JsonPath, leaves: Leaf[]): FormatProblem | undefined {
  if (typeof value === 'string') leaves.push({ path, text: value });
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= MAX_DEPTH) {
    return formatProblem(
      'syntax',
      `"${nameOf(path.slice(0, 3))}…" is nested deeper than ${MAX_DEPTH} levels: flatten it.`,
    );
  }
  for (const [key, inner] of Object.entries(value)) {
    const problem = collect(inner, [...path, key], leaves);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A path for a person. */
export function nameOf(path: JsonPath): string {
  return path.join('.');
}

/** What stands there in a line; undefined where nothing does. */
export function valueAt(object: JsonObject, path: JsonPath): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
