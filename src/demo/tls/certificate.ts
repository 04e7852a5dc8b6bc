import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key in PEM, made for one run. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** To sign others with. */
  readonly signer: { readonly name: string; readonly privateKey: KeyObject };
}

/** What is not as mostly. */
export interface CertificateOptions {
  /** Names of DNS. Default `localhost`. */
  readonly names?: readonly string[];
  /** When it ends, in milliseconds from now. Default a day. */
  readonly endsMs?: number;
}

/**
 * Makes a certificate for 127.0.0.1 and localhost, signed by `issuer` or by itself; both for servers and clients.
 * @param uris more names of it, such as a SPIFFE id
 *
 * Written out in DER (RFC 5280), so that nobody needs openssl or a key in the repository.
 */
export function makeCertificate(
  name: string,
  issuer?: Certificate,
  uris: readonly string[] = [],
  { names = ['localhost'], endsMs = DAY_MS }: CertificateOptions = {},
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = issuer?.signer ?? { name, privateKey };
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ECDSA_SHA256,
    distinguishedName(signer.name),
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + endsMs)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(basicConstraints(issuer === undefined), subjectAltNames(names, uris))),
  );
  const certificate = sequence(body, ECDSA_SHA256, bitString(sign('sha256', body, signer.privateKey)));
  const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signer: { name, privateKey },
  };
}

/** Positive and without leading zeros, which BoringSSL refuses: one in 512 random ones has them. */
function serialNumber(): Buffer {
  const bytes = randomBytes(8);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

const DAY_MS = 86_400_000;

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 256) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

/** @param bytes the first of them is neither 0 nor 0x80 or more */
function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Uint8Array): Buffer {
  return tagged(0x03, Buffer.from([0]), bytes);
}

function oid(...arcs: readonly number[]): Buffer {
  const [first = 0, second = 0, ...rest] = arcs;
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(2, 5, 4, 3), tagged(0x0c, Buffer.from(name)))));
}

function extension(id: Buffer, value: Uint8Array): Buffer {
  return sequence(id, tagged(0x04, value));
}

function basicConstraints(isAuthority: boolean): Buffer {
  return extension(oid(2, 5, 29, 19), sequence(...(isAuthority ? [Buffer.from([0x01, 0x01, 0xff])] : [])));
}

const ECDSA_SHA256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));

function subjectAltNames(dns: readonly string[], uris: readonly string[]): Buffer {
  const names = [...dns.map((name) => tagged(0x82, Buffer.from(name))), tagged(0x87, Buffer.from([127, 0, 0, 1]))];
  return extension(oid(2, 5, 29, 17), sequence(...names, ...uris.map((uri) => tagged(0x86, Buffer.from(uri)))));
}
