import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** The first of a PEM text, where all of them can be read. */
export function firstCertificate(pem: string): X509Certificate | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block))[0];
  } catch {
    return undefined;
  }
}

export function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** What is wrong with a certificate and its key, each where it can be read at all. */
export function pairProblems({
  cert,
  key,
}: {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}): readonly (readonly [which: 'cert' | 'key', message: string])[] {
  const own = cert === undefined ? undefined : firstCertificate(cert);
  const secret = key === undefined ? undefined : readKey(key);
  const problems: (readonly ['cert' | 'key', string])[] = [];
  if (cert !== undefined && own === undefined) problems.push(['cert', NO_CERTIFICATE]);
  if (key !== undefined && secret === undefined) {
    problems.push(['key', 'holds no private key in PEM, or one behind a passphrase, which is not supported']);
  }
  if (own !== undefined && secret !== undefined && !own.checkPrivateKey(secret)) {
    problems.push(['key', 'is not the key of this certificate']);
  }
  return problems;
}

export const NO_CERTIFICATE = 'holds no certificate in PEM';
