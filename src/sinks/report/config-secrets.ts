import type { EpochSeconds } from '../../model/brand.ts';
import type { EnvoyCertificate, EnvoySecret, EnvoySecretKind } from '../../model/envoy-secret.ts';
import type { ConfigTable } from './config-table.ts';

/** One secret of `meshladder config secret -o json`. */
export interface SecretRow {
  readonly name: string;
  readonly type: EnvoySecretKind;
  readonly state: EnvoySecret['state'];
  readonly certificates: readonly CertificateDocument[];
}

export interface CertificateDocument {
  readonly serial: string;
  /** Whether it was in force when the command ran. */
  readonly valid: boolean;
  /** RFC 3339, as is the next. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly names: readonly string[];
}

/** As istioctl calls them. */
const TYPES: Readonly<Record<EnvoySecretKind, string>> = { certificate: 'Cert Chain', ca: 'CA', other: 'Other' };
const HEAD = ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'];

export function secretRow({ name, kind, state, certificates }: EnvoySecret, now: EpochSeconds): SecretRow {
  return { name, type: kind, state, certificates: certificates.map((each) => certificateDocument(each, now)) };
}

/** istioctl's table: a line for each certificate, and one for a secret without any. */
export function secretTable(secrets: readonly EnvoySecret[], now: EpochSeconds): ConfigTable {
  const rows = secrets.flatMap(({ name, kind, state, certificates }) => {
    const head = [name, TYPES[kind], state.toUpperCase()];
    if (certificates.length === 0) return [[...head, '-', '-', '-', '-']];
    return certificates.map((each) => {
      const { valid, serial, notAfter, notBefore } = certificateDocument(each, now);
      return [...head, String(valid), serial, notAfter, notBefore];
    });
  });
  return { head: HEAD, rows };
}

function certificateDocument(
  { serial, notBefore, notAfter, names }: EnvoyCertificate,
  now: EpochSeconds,
): CertificateDocument {
  return {
    serial,
    valid: notBefore <= now && now <= notAfter,
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    names,
  };
}

function timeOf(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z');
}
