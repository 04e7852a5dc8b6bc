import { X509Certificate } from 'node:crypto';
import type { CertificateFacts, SecretFacts } from '../../../model/analysis-world.ts';
import { epochSecondsFromMs } from '../../../model/brand.ts';
import type { RawObject } from '../kube-api.ts';
import { stringMap } from '../objects/fields.ts';
import { metadataOf } from '../objects/metadata.ts';

/** Pairs of names under which a secret may keep a certificate and its key; the first that is there counts. */
const PAIRS = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
] as const;

/** What of a Secret is judged; neither keys nor certificates are kept. */
export function mapSecret(raw: RawObject): SecretFacts {
  const { namespace, name, labels } = metadataOf(raw);
  const data = new Map(Object.entries(stringMap(raw['data'])).map(([key, value]) => [key, decoded(value)]));
  for (const [key, value] of Object.entries(stringMap(raw['stringData']))) data.set(key, value);
  return { namespace, name, labels, keys: [...data.keys()], certificate: certificateIn(data) };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

function certificateIn(data: ReadonlyMap<string, string>): CertificateFacts {
  const pair = PAIRS.find(([certificate, key]) => data.get(certificate) && data.get(key));
  if (pair === undefined) return { state: 'missing' };
  try {
    const { validFrom, validTo } = new X509Certificate(data.get(pair[0]) ?? '');
    return { state: 'readable', notBefore: timeOf(validFrom), notAfter: timeOf(validTo) };
  } catch {
    return { state: 'unreadable' };
  }
}

function timeOf(date: string): ReturnType<typeof epochSecondsFromMs> {
  return epochSecondsFromMs(Date.parse(date));
}
