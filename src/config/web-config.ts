import { dirname } from 'node:path';
import type { z } from 'zod';
import type { RateLimit, WebConfig } from '../model/web-config.ts';
import { type Finding, nearest, type Problem } from './problem.ts';
import { quote } from './units.ts';
import { knownKeys, type WebConfigFile, webConfigSchema } from './web-config-schema.ts';
import { readTls } from './web-tls-files.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

/** A web configuration file read, with what it names. */
export interface LoadedWebConfig {
  /** Every file it stands on, itself first: when none of them changes, nothing has changed. */
  readonly files: readonly string[];
  readonly result:
    | { readonly ok: true; readonly config: WebConfig }
    | { readonly ok: false; readonly problems: readonly Problem[] };
}

/**
 * Reads a file of exporter-toolkit's form (its docs/web-configuration.md), certificates and all, or says everything that is
 * wrong. It takes nothing that `promtool check web-config` refuses; what of that form is not supported is refused by name.
 */
export async function loadWebConfig(file: string): Promise<LoadedWebConfig> {
  const yaml = await readYamlFile(file);
  if (!('data' in yaml)) return { files: [file], result: { ok: false, problems: yaml } };
  const parsed = webConfigSchema.safeParse(yaml.data);
  if (!parsed.success) {
    const findings = parsed.error.issues.flatMap((issue) => explain(issue, yaml.data));
    return { files: [file], result: { ok: false, problems: placed(findings, yaml) } };
  }
  const { tls_server_config: section, http_server_config: http, basic_auth_users: users } = parsed.data;
  const tls = section ? await readTls(section, dirname(file)) : undefined;
  const files = [file, ...(tls?.files ?? [])];
  if (tls !== undefined && 'findings' in tls) {
    return { files, result: { ok: false, problems: placed(tls.findings, yaml) } };
  }
  const limit = rateLimitOf(parsed.data);
  const config: WebConfig = {
    ...(tls?.settings !== undefined && { tls: tls.settings }),
    headers: http?.headers ?? {},
    users: new Map(Object.entries(users ?? {})),
    ...(limit !== undefined && { rateLimit: limit }),
  };
  return { files, result: { ok: true, config } };
}

function rateLimitOf({ rate_limit: limit }: WebConfigFile): RateLimit | undefined {
  const intervalMs = limit?.interval ?? 0;
  return intervalMs === 0 ? undefined : { intervalMs, burst: limit?.burst ?? 1 };
}

function placed(findings: readonly Finding[], yaml: YamlFile): readonly Problem[] {
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

function explain(issue: z.core.$ZodIssue, raw: unknown): readonly Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path) }));
  }
  if (issue.code !== 'invalid_type') return [{ path, message: issue.message }];
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  return [
    {
      path,
      message: `must be ${KINDS[issue.expected] ?? issue.expected}, not ${isSecret(path) ? 'this' : quote(value)}`,
    },
  ];
}

/** Keys and hashes are not repeated, not even wrong ones. */
function isSecret(path: readonly PropertyKey[]): boolean {
  return path[0] === 'basic_auth_users' || path[1] === 'key';
}

function unknownKey(key: string, section: readonly PropertyKey[]): string {
  const known = knownKeys(section[0]);
  const meant = nearest(key, known);
  return meant === undefined
    ? `unknown key; the keys here are ${known.join(', ')}`
    : `unknown key; did you mean "${meant}"?`;
}
