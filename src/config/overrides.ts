import { HTTP_CONFIG_VARIABLE } from '../model/http-client-config.ts';
import type { Field } from './field.ts';
import { nearest, type Problem } from './problem.ts';
import { SECTIONS, TOP } from './schema.ts';

/** A value that environment or command line put over the file's. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** The variable or the flag. */
  readonly where: string;
}

/** Every key by its path, `istiod.fastInterval`. */
export const FIELDS: ReadonlyMap<string, Field<unknown>> = new Map<string, Field<unknown>>([
  ...Object.entries(TOP),
  ...Object.entries(SECTIONS).flatMap(([section, fields]) =>
    Object.entries(fields as Record<string, Field<unknown>>).map(
      ([key, field]) => [`${section}.${key}`, field] as const,
    ),
  ),
]);

/** `istiod.fastInterval` is `MESHLADDER_ISTIOD_FAST_INTERVAL`. */
export function variableOf(path: string): string {
  return `MESHLADDER_${path
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

const VARIABLES: ReadonlyMap<string, string> = new Map([...FIELDS.keys()].map((path) => [variableOf(path), path]));

/** What Kubernetes puts into the environment of every pod beside a service named `meshladder…`. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_|$)|_PORT(_\d+_(TCP|UDP|SCTP)(_|$)|$)/;

/** Overrides from `MESHLADDER_…` variables; one that names no key is a problem, not a silence. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): {
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
} {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('MESHLADDER_') || value === undefined) continue;
    const path = VARIABLES.get(name);
    if (path !== undefined) overrides.push(override(path, value, name));
    else if (name !== HTTP_CONFIG_VARIABLE && !SERVICE_LINK.test(name))
      problems.push({ where: name, path: '', message: unknownVariable(name) });
  }
  return { overrides, problems };
}

/** Overrides from the command line: key path → text, with the flag that gave it. */
export function fromFlags(
  flags: readonly { readonly flag: string; readonly path: string; readonly value: string }[],
): Override[] {
  return flags.map(({ flag, path, value }) => override(path, value, flag));
}

function override(path: string, text: string, where: string): Override {
  return { path: path.split('.'), value: FIELDS.get(path)?.fromText(text) ?? text, where };
}

function unknownVariable(name: string): string {
  const meant = nearest(name, [...VARIABLES.keys()]);
  return `no key of the configuration has this name; ${meant === undefined ? 'remove it' : `did you mean ${meant}?`}`;
}

/** The data with the overrides in place; the data itself stays as it was. */
export function overlay(
  data: Readonly<Record<string, unknown>>,
  overrides: readonly Override[],
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...data };
  for (const { path, value } of overrides) {
    const [first = '', second] = path;
    if (second === undefined) result[first] = value;
    else result[first] = { ...(isPlainMap(result[first]) ? result[first] : {}), [second]: value };
  }
  return result;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
