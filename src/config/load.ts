import type { z } from 'zod';
import type { Config } from './config.ts';
import { contradictions } from './contradictions.ts';
import { FIELDS, fromEnvironment, type Override, overlay } from './overrides.ts';
import { type Finding, nearest, type Problem } from './problem.ts';
import { configSchema } from './schema.ts';
import { quote } from './units.ts';
import { parseYaml, readYamlFile, type YamlFile } from './yaml-file.ts';

/** Where a configuration comes from; later ones win: file, environment, flags. */
export interface ConfigSources {
  /** No file: defaults, environment and flags alone. */
  readonly file?: string | undefined;
  /** What the file holds, where somebody has read it already. */
  readonly text?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly Override[];
  /** Names that `metrics.maxSeries` may hold. */
  readonly families: readonly string[];
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const NO_FILE: YamlFile = { data: {}, whereIs: () => '' };

/** The whole configuration, or every problem with it at once. Never half of it. */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const file = await readFile(sources);
  const environment = fromEnvironment(sources.env);
  // Without readable YAML nothing can be said of its keys.
  if (!('data' in file)) return { ok: false, problems: [...file, ...environment.problems] };
  const overrides = [...environment.overrides, ...sources.flags];
  const raw = overlay(file.data, overrides);
  const whereIs = (path: readonly PropertyKey[]): string =>
    overrides.findLast((one) => one.path.every((key, index) => key === path[index]))?.where ?? file.whereIs(path);

  const parsed = configSchema.safeParse(raw);
  const found = parsed.success
    ? contradictions(parsed.data, sources.families)
    : parsed.error.issues.flatMap((issue) => explain(issue, raw));
  const problems = [
    ...environment.problems,
    ...found.map(({ path, message }) => ({ where: whereIs(path), path: pathText(path), message })),
  ];
  if (problems.length > 0 || !parsed.success) return { ok: false, problems: problems.toSorted(byPlace) };
  return { ok: true, config: parsed.data };
}

function readFile({
  file,
  text,
}: ConfigSources): YamlFile | readonly Problem[] | Promise<YamlFile | readonly Problem[]> {
  if (file === undefined) return NO_FILE;
  return text === undefined ? readYamlFile(file) : parseYaml(file, text);
}

function byPlace(one: Problem, other: Problem): number {
  return one.where.localeCompare(other.where, 'en', { numeric: true });
}

function explain(issue: z.core.$ZodIssue, raw: unknown): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, issue.path) }));
  }
  if (issue.code === 'custom') return [{ path: issue.path, message: issue.message }];
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    raw,
  );
  const given = value === null ? 'and stands empty; write a value or remove the key' : `not ${quote(value)}`;
  return [{ path: issue.path, message: `must be ${expected(issue.path)}, ${given}` }];
}

function expected(path: readonly PropertyKey[]): string {
  const field = FIELDS.get(path.slice(0, 2).join('.')) ?? FIELDS.get(String(path[0]));
  const item = path.length > 2;
  return (item ? field?.itemKind : field?.kind) ?? 'a map of keys';
}

function unknownKey(key: string, section: readonly PropertyKey[]): string {
  const above = section.map((part) => `${String(part)}.`).join('');
  const here = [...FIELDS.keys()].filter((path) => path.startsWith(above)).map((path) => path.slice(above.length));
  const known = [...new Set(here.map((path) => path.split('.')[0] ?? ''))];
  const meant = nearest(key, known);
  if (meant !== undefined) return `unknown key; did you mean "${meant}"?`;
  // Right key, wrong section.
  const elsewhere = [...FIELDS.keys()].find((path) => path.endsWith(`.${key}`));
  return `unknown key; ${elsewhere === undefined ? `the keys here are ${known.join(', ')}` : `did you mean "${elsewhere}"?`}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
