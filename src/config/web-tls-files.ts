import { isAbsolute, join } from 'node:path';
import type { ClientAuth, TlsSettings } from '../model/web-config.ts';
import { firstCertificate, NO_CERTIFICATE, pairProblems } from './pem.ts';
import type { Finding } from './problem.ts';
import type { TlsSection } from './web-config-schema.ts';
import { readFailure, readLimited } from './yaml-file.ts';

type TlsRead = { readonly files: readonly string[] } & (
  | { readonly settings: TlsSettings | undefined }
  | { readonly findings: readonly Finding[] }
);

const SECTION = 'tls_server_config';

/**
 * Reads what a TLS section names, and holds it together: the key fits the certificate, and a policy that verifies has
 * something to verify against. Paths are relative to `folder`, where the file is.
 */
export async function readTls(section: TlsSection, folder: string): Promise<TlsRead> {
  const files = [section.cert_file, section.key_file, section.client_ca_file]
    .filter((file) => file !== undefined)
    .map((file) => resolve(folder, file));
  const findings: Finding[] = [...contradictions(section)];
  const pem = (name: 'cert' | 'key' | 'client_ca'): Promise<string | undefined> =>
    readPem(section, name, { folder, findings });
  const [cert, key, clientCa] = [await pem('cert'), await pem('key'), await pem('client_ca')];
  if (findings.length === 0) findings.push(...materialProblems(section, { cert, key, clientCa }));
  if (findings.length > 0) return { files, findings };
  if (cert === undefined || key === undefined) return { files, settings: undefined };
  return { files, settings: { cert, key, ...(clientCa !== undefined && { clientCa }), ...choices(section) } };
}

function choices(section: TlsSection): Omit<TlsSettings, 'cert' | 'key' | 'clientCa'> {
  const { client_allowed_sans: allowedSans, cipher_suites: cipherSuites, curve_preferences: curves } = section;
  return {
    clientAuth: clientAuthOf(section),
    minVersion: section.min_version ?? 'TLS12',
    maxVersion: section.max_version ?? 'TLS13',
    preferServerCiphers: section.prefer_server_cipher_suites ?? true,
    ...(allowedSans !== undefined && { allowedSans }),
    ...(cipherSuites !== undefined && cipherSuites.length > 0 && { cipherSuites }),
    ...(curves !== undefined && curves.length > 0 && { curves }),
  };
}

/** exporter-toolkit keeps an older name of one. */
function clientAuthOf({ client_auth_type: given = 'NoClientCert' }: TlsSection): ClientAuth {
  return given === 'RequireClientCert' ? 'RequireAnyClientCert' : given;
}

type Rule = (section: TlsSection, clientAuth: ClientAuth) => readonly [key: string, message: string] | false;

const RULES: readonly Rule[] = [
  ({ cert, cert_file }) =>
    cert === undefined && cert_file === undefined && ['cert_file', 'missing; name the certificate'],
  ({ key, key_file }) => key === undefined && key_file === undefined && ['key_file', 'missing; name the key'],
  ({ cert, cert_file }) =>
    cert !== undefined && cert_file !== undefined && ['cert', 'stands beside cert_file; keep one'],
  ({ key, key_file }) => key !== undefined && key_file !== undefined && ['key', 'stands beside key_file; keep one'],
  ({ client_ca, client_ca_file }) =>
    client_ca !== undefined && client_ca_file !== undefined && ['client_ca', 'stands beside client_ca_file; keep one'],
  (section, clientAuth) =>
    hasClientCa(section) &&
    clientAuth === 'NoClientCert' && [
      'client_auth_type',
      'missing, but there is a client CA; write RequireAndVerifyClientCert, or remove the CA',
    ],
  (section, clientAuth) =>
    !hasClientCa(section) &&
    clientAuth.includes('Verify') && [
      'client_ca_file',
      `missing: without one, ${clientAuth} would let in whoever has a certificate of any public authority; name your own`,
    ],
  ({ client_allowed_sans: sans }, clientAuth) =>
    sans !== undefined &&
    !clientAuth.startsWith('Require') && [
      'client_allowed_sans',
      `means nothing where a client may come without a certificate (${clientAuth}); write client_auth_type: RequireAndVerifyClientCert`,
    ],
  ({ min_version: min = 'TLS12', max_version: max = 'TLS13' }) =>
    min > max && ['max_version', `below min_version (${min})`],
];

function hasClientCa({ client_ca, client_ca_file }: TlsSection): boolean {
  return client_ca !== undefined || client_ca_file !== undefined;
}

/** An empty section is no TLS, as in exporter-toolkit. One with anything in it is held to all rules. */
function contradictions(section: TlsSection): readonly Finding[] {
  if (Object.values(section).every((value) => value === undefined)) return [];
  return RULES.map((rule) => rule(section, clientAuthOf(section)))
    .filter((broken) => broken !== false)
    .map(([key, message]) => ({ path: [SECTION, key], message }));
}

function resolve(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}

async function readPem(
  section: TlsSection,
  name: 'cert' | 'key' | 'client_ca',
  { folder, findings }: { readonly folder: string; readonly findings: Finding[] },
): Promise<string | undefined> {
  const file = section[`${name}_file`];
  if (file === undefined) return section[name];
  const path = resolve(folder, file);
  try {
    return await readLimited(path);
  } catch (error) {
    findings.push({ path: [SECTION, `${name}_file`], message: `${path}: ${readFailure(error)}` });
    return undefined;
  }
}

interface Material {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly clientCa: string | undefined;
}

function materialProblems(section: TlsSection, { cert, key, clientCa }: Material): readonly Finding[] {
  const clientCaProblems =
    clientCa === undefined || firstCertificate(clientCa) !== undefined
      ? []
      : ([['client_ca', NO_CERTIFICATE]] as const);
  return [...pairProblems({ cert, key }), ...clientCaProblems].map(([name, message]) => ({
    path: [SECTION, section[name] === undefined ? `${name}_file` : name],
    message,
  }));
}
