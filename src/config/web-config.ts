import { dirname } from 'node:path';
import type { RateLimit, WebConfig } from '../model/web-config.ts';
import type { Problem } from './problem.ts';
import { explainIssues, placed, type StrictForm } from './strict-issues.ts';
import { knownKeys, type WebConfigFile, webConfigSchema } from './web-config-schema.ts';
import { readTls } from './web-tls-files.ts';
import { readYamlFile } from './yaml-file.ts';

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
    const findings = explainIssues(parsed.error.issues, yaml.data, FORM);
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

const FORM: StrictForm = {
  knownKeys: ([section]) => knownKeys(section),
  // Keys and hashes.
  isSecret: ([section, key]) => section === 'basic_auth_users' || key === 'key',
};
