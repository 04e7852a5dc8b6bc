import { X509Certificate } from 'node:crypto';
import { epochSecondsFromMs } from '../../model/brand.ts';
import { bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyCertificate, EnvoySecret } from '../../model/envoy-secret.ts';
import { subjectAltNames } from '../../model/subject-alt-names.ts';
import type { Problems } from './problems.ts';

const LISTS = [
  ['dynamic_active_secrets', 'active'],
  ['dynamic_warming_secrets', 'warming'],
  ['static_secrets', 'static'],
] as const;

/** The secrets of a dump's SecretsConfigDump (Envoy admin/v3/config_dump.proto). Of keys nothing is taken. */
export function decodeSecrets(body: EnvoyBody, problems: Pick<Problems, 'add'>): readonly EnvoySecret[] {
  return LISTS.flatMap(([field, state]) =>
    bodyObjects(body, field).map((entry) => {
      const secret = bodyObject(entry, 'secret');
      const name = bodyText(entry, 'name') ?? bodyText(secret, 'name') ?? '';
      return { name, state, ...contentOf(name, secret, problems) };
    }),
  );
}

function contentOf(
  name: string,
  secret: EnvoyBody | undefined,
  problems: Pick<Problems, 'add'>,
): Pick<EnvoySecret, 'kind' | 'certificates'> {
  const chain = bodyObject(bodyObject(secret, 'tls_certificate'), 'certificate_chain');
  const trusted = bodyObject(bodyObject(secret, 'validation_context'), 'trusted_ca');
  if (chain !== undefined)
    return { kind: 'certificate', certificates: certificatesIn(name, chain, problems).slice(0, 1) };
  if (trusted !== undefined) return { kind: 'ca', certificates: certificatesIn(name, trusted, problems) };
  return { kind: 'other', certificates: [] };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** A mesh may trust some; a whole browser's list is two hundred. */
const MAX_CERTIFICATES = 500;

/** Certificates of a DataSource. A file that it names is not ours to read. */
function certificatesIn(name: string, source: EnvoyBody, problems: Pick<Problems, 'add'>): readonly EnvoyCertificate[] {
  const bytes = bodyText(source, 'inline_bytes');
  const text =
    bytes === undefined ? bodyText(source, 'inline_string') : Buffer.from(bytes, 'base64').toString('latin1');
  return (text?.match(PEM) ?? []).slice(0, MAX_CERTIFICATES).flatMap((pem) => {
    try {
      return [certificateOf(new X509Certificate(pem))];
    } catch {
      problems.add(`a certificate of secret ${name} cannot be read`);
      return [];
    }
  });
}

function certificateOf(certificate: X509Certificate): EnvoyCertificate {
  const { serialNumber, validFrom, validTo, subjectAltName = '' } = certificate;
  return {
    serial: serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
    notBefore: epochSecondsFromMs(Date.parse(validFrom)),
    notAfter: epochSecondsFromMs(Date.parse(validTo)),
    names: namesOf(subjectAltName),
  };
}

/** What does not read as names is told as it is. */
function namesOf(altName: string): readonly string[] {
  const names = subjectAltNames(altName);
  return names?.map(({ kind, value }) => (kind === 'URI' ? value : `${kind}:${value}`)) ?? [altName];
}
