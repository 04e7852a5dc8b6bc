import type { z } from 'zod';
import { type Finding, nearest, type Problem } from './problem.ts';
import { quote } from './units.ts';
import type { YamlFile } from './yaml-file.ts';

/** What a strict schema does not tell of itself. */
export interface StrictForm {
  /** The keys that may stand there; `[]`: at the top. */
  knownKeys(section: readonly PropertyKey[]): readonly string[];
  /** Whether a value is not to be repeated, not even a wrong one. */
  isSecret(path: readonly PropertyKey[]): boolean;
}

/** What a strict schema refuses, in the words of the house. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], raw: unknown, form: StrictForm): readonly Finding[] {
  return issues.flatMap((issue) => explain(issue, raw, form));
}

/** The same with the place of each in the file. */
export function placed(findings: readonly Finding[], yaml: YamlFile): readonly Problem[] {
  return findings.map(({ path, message }) => ({ where: yaml.whereIs(path), path: path.join('.'), message }));
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  number: 'a whole number',
  int: 'a whole number',
};

function explain(issue: z.core.$ZodIssue, raw: unknown, form: StrictForm): readonly Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = form.knownKeys(path);
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
  }
  if (issue.code !== 'invalid_type') return [{ path, message: issue.message }];
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  const given = form.isSecret(path) ? 'this' : quote(value);
  return [{ path, message: `must be ${KINDS[issue.expected] ?? issue.expected}, not ${given}` }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined
    ? `unknown key; the keys here are ${known.join(', ')}`
    : `unknown key; did you mean "${meant}"?`;
}
