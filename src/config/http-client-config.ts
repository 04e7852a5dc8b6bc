import { dirname, resolve } from 'node:path';
import type { ClientTls, HttpClientConfig } from '../model/http-client-config.ts';
import {
  type AuthorizationSection,
  type BasicAuthSection,
  type HttpClientFile,
  httpClientSchema,
  knownClientKeys,
  type TlsConfigSection,
} from './http-client-config-schema.ts';
import { firstCertificate, NO_CERTIFICATE, pairProblems } from './pem.ts';
import type { Finding, Problem } from './problem.ts';
import { explainIssues, placed, type StrictForm } from './strict-issues.ts';
import { readFailure, readLimited, readYamlFile } from './yaml-file.ts';

export type LoadedHttpClientConfig =
  | { readonly ok: true; readonly config: HttpClientConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a file of Prometheus' `<http_config>`, with what it names beside it, or says everything that is wrong. A password
 * or token is in none of the words.
 */
export async function loadHttpClientConfig(file: string): Promise<LoadedHttpClientConfig> {
  const yaml = await readYamlFile(file, { firstKey: 'basic_auth', holdsSecrets: true });
  if (!('data' in yaml)) return { ok: false, problems: yaml };
  const parsed = httpClientSchema.safeParse(yaml.data);
  if (!parsed.success) {
    return { ok: false, problems: placed(explainIssues(parsed.error.issues, yaml.data, FORM), yaml) };
  }
  const findings: Finding[] = [...contradictions(parsed.data)];
  const config = await configOf(parsed.data, { folder: dirname(file), findings });
  return findings.length > 0 ? { ok: false, problems: placed(findings, yaml) } : { ok: true, config };
}

const FORM: StrictForm = {
  knownKeys: ([section]) => knownClientKeys(section),
  // A password may also stand where a section should.
  isSecret: ([section, key]) => section !== 'tls_config' && key !== 'type' && key !== 'username',
};

type Rule = readonly [isBroken: boolean, path: readonly string[], message: string];

function contradictions({ basic_auth: basic, authorization, tls_config: tls }: HttpClientFile): readonly Finding[] {
  const rules: readonly Rule[] = [
    [Boolean(basic && authorization), ['authorization'], 'stands beside basic_auth; keep one way to log in'],
    ...(basic ? basicRules(basic) : []),
    ...(authorization ? bearerRules(authorization) : []),
    [
      tls?.cert_file !== undefined && tls.key_file === undefined,
      ['tls_config', 'key_file'],
      'missing; name the key of the certificate',
    ],
    [
      tls?.key_file !== undefined && tls.cert_file === undefined,
      ['tls_config', 'cert_file'],
      'missing; name the certificate of the key',
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

function basicRules({ username, password, password_file: file }: BasicAuthSection): readonly Rule[] {
  return [
    [username === undefined, ['basic_auth', 'username'], 'missing; write who logs in'],
    [
      password === undefined && file === undefined,
      ['basic_auth', 'password_file'],
      'missing; name the file of the password',
    ],
    [password !== undefined && file !== undefined, ['basic_auth', 'password'], 'stands beside password_file; keep one'],
  ];
}

function bearerRules({ credentials, credentials_file: file }: AuthorizationSection): readonly Rule[] {
  return [
    [
      credentials === undefined && file === undefined,
      ['authorization', 'credentials_file'],
      'missing; name the file of the token',
    ],
    [
      credentials !== undefined && file !== undefined,
      ['authorization', 'credentials'],
      'stands beside credentials_file; keep one',
    ],
  ];
}

/** Where files are looked for, and what is wrong with them. */
interface Reading {
  readonly folder: string;
  readonly findings: Finding[];
}

async function configOf(file: HttpClientFile, reading: Reading): Promise<HttpClientConfig> {
  const authorization = await authorizationOf(file, reading);
  const tls = await tlsOf(file.tls_config ?? {}, reading);
  return { tls, ...(authorization !== undefined && { authorization }) };
}

/** RFC 7617 in UTF-8, or the scheme and its words as they are. */
async function authorizationOf(
  { basic_auth: basic, authorization: other }: HttpClientFile,
  reading: Reading,
): Promise<string | undefined> {
  if (basic) {
    const { username, password: written, password_file: file } = basic;
    const password = written ?? (await readNamed(['basic_auth', 'password_file'], file, reading))?.trim();
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  if (!other) return undefined;
  const path = ['authorization', other.credentials === undefined ? 'credentials_file' : 'credentials'];
  const given = other.credentials ?? (await readNamed(path, other.credentials_file, reading));
  const credentials = given?.trim();
  if (credentials !== undefined && !/^[!-~]+( [!-~]+)*$/.test(credentials)) {
    reading.findings.push({ path, message: credentials === '' ? 'is empty' : 'holds a sign that no header may' });
  }
  return `${other.type ?? 'Bearer'} ${credentials}`;
}

async function tlsOf(section: TlsConfigSection, reading: Reading): Promise<ClientTls> {
  const { findings } = reading;
  const pem = (name: 'ca' | 'cert' | 'key'): Promise<string | undefined> =>
    readNamed(['tls_config', `${name}_file`], section[`${name}_file`], reading);
  const [ca, cert, key] = [await pem('ca'), await pem('cert'), await pem('key')];
  const fail = (name: string, message: string): void =>
    void findings.push({ path: ['tls_config', `${name}_file`], message });
  if (ca !== undefined && firstCertificate(ca) === undefined) fail('ca', NO_CERTIFICATE);
  for (const [name, message] of pairProblems({ cert, key })) fail(name, message);
  const serverName = section.server_name;
  return {
    insecureSkipVerify: section.insecure_skip_verify ?? false,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { serverName }),
  };
}

/** The text of a file that is named, from the folder where the configuration is. */
async function readNamed(
  path: readonly string[],
  file: string | undefined,
  { folder, findings }: Reading,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const whole = resolve(folder, file);
  try {
    return await readLimited(whole);
  } catch (error) {
    findings.push({ path, message: `${whole}: ${readFailure(error)}` });
    return undefined;
  }
}
