import { constants } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { TlsSettings, TlsVersion } from '../../../model/web-config.ts';

const VERSIONS: Readonly<Record<TlsVersion, SecureVersion>> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };

/** Go's names to OpenSSL's; `X25519` is the same in both. */
const CURVES: Readonly<Record<string, string>> = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521' };

/** Those of TLS 1.3 cannot be chosen in Go, so they are always there. */
const TLS13_CIPHERS = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];

/** What Node's TLS server wants to know for what a web configuration says in Go's words. */
export function tlsOptions(settings: TlsSettings): SecureContextOptions {
  const { cert, key, clientCa, minVersion, maxVersion, cipherSuites, curves, preferServerCiphers } = settings;
  return {
    cert,
    key,
    ...(clientCa !== undefined && { ca: clientCa }),
    minVersion: VERSIONS[minVersion],
    maxVersion: VERSIONS[maxVersion],
    honorCipherOrder: preferServerCiphers,
    ...(cipherSuites !== undefined && { ciphers: openSslCiphers(cipherSuites) }),
    ...(curves !== undefined && { ecdhCurve: curves.map((curve) => CURVES[curve] ?? curve).join(':') }),
    // A connection that is resumed shows no certificate again, and none that is no longer trusted.
    ...(asksForCertificate(settings) && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

/** Why OpenSSL would not take them, if it would not. */
export function tlsProblem(settings: TlsSettings): string | undefined {
  try {
    createSecureContext(tlsOptions(settings));
    return undefined;
  } catch (error) {
    return `OpenSSL does not take it: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function asksForCertificate({ clientAuth }: TlsSettings): boolean {
  return clientAuth !== 'NoClientCert';
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256` (openssl-ciphers, "CIPHER SUITE NAMES"). */
function openSslCiphers(names: readonly string[]): string {
  const older = names
    .filter((name) => !TLS13_CIPHERS.includes(name))
    .map((name) =>
      name
        .replace(/^TLS_ECDHE_(\w+)_WITH_/, 'ECDHE-$1-')
        .replace(/AES_(\d+)_CBC_SHA$/, 'AES$1-SHA')
        .replace(/AES_(\d+)_GCM_/, 'AES$1-GCM-')
        .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305'),
    );
  return [...TLS13_CIPHERS, ...older].join(':');
}
