import type { SpecObject } from '../../../model/spec-fields.ts';
import { listAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';

const WITH_CERTIFICATE: ReadonlySet<string> = new Set(['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL']);
const ASKS_CLIENT: ReadonlySet<string> = new Set(['MUTUAL', 'OPTIONAL_MUTUAL']);
const FILES = ['serverCertificate', 'privateKey', 'caCertificates'];

/** `tls` of a server of a Gateway, or of an ingress listener of a Sidecar. */
export function checkServerTls(tls: SpecObject, problems: Problems): void {
  checkCiphers(tls, problems);
  // PASSTHROUGH is the mode that is meant where none is said.
  const mode = textAt(tls, 'mode') || 'PASSTHROUGH';
  const sources = sourcesOf(tls);
  const named = [...FILES.filter((field) => textAt(tls, field) !== ''), ...sources];
  if (mode === 'ISTIO_MUTUAL') {
    if (named.length > 0) problems.error(`tls is ISTIO_MUTUAL, whose certificates are Istio's, and has ${named[0]}`);
  } else {
    if (mode.endsWith('PASSTHROUGH')) warnOfIgnored(tls, mode, named, problems);
    checkSources(tls, mode, sources, problems);
  }
}

function warnOfIgnored(tls: SpecObject, mode: string, named: readonly string[], problems: Problems): void {
  if (named.length === 0 && textAt(tls, 'caCrl') === '') return;
  problems.warning(`tls is ${mode}, and what it names of certificates is ignored`);
}

function checkSources(tls: SpecObject, mode: string, sources: readonly string[], problems: Problems): void {
  const hasFiles = textAt(tls, 'serverCertificate') !== '' && textAt(tls, 'privateKey') !== '';
  if (sources.length + (hasFiles ? 1 : 0) > 1) problems.error('tls takes its certificate from more than one place');
  const isOfSecret = sources.some((source) => source.startsWith('credentialName'));
  if (!WITH_CERTIFICATE.has(mode)) checkRevocation(tls, mode, problems);
  else if (!isOfSecret) checkFiles(tls, mode, problems);
}

/** Places other than its own files. */
function sourcesOf(tls: SpecObject): readonly string[] {
  const single = textAt(tls, 'credentialName') === '' ? [] : ['credentialName'];
  const lists = ['credentialNames', 'tlsCertificates'].filter((field) => listAt(tls, field).length > 0);
  return [...single, ...lists];
}

function checkFiles(tls: SpecObject, mode: string, problems: Problems): void {
  if (ASKS_CLIENT.has(mode) && textAt(tls, 'caCertificates') === '') {
    problems.error(`tls is ${mode} and has no caCertificates`);
  }
  const several = objectsAt(tls, 'tlsCertificates');
  if (several.length > 2) problems.warning('tls has more than two certificates');
  for (const certificate of several.length > 0 ? several : [tls]) {
    if (textAt(certificate, 'serverCertificate') === '') problems.error(`tls is ${mode} and has no serverCertificate`);
    if (textAt(certificate, 'privateKey') === '') problems.error(`tls is ${mode} and has no privateKey`);
  }
  checkRevocation(tls, mode, problems);
}

function checkRevocation(tls: SpecObject, mode: string, problems: Problems): void {
  if (textAt(tls, 'caCrl') === '') return;
  if (textAt(tls, 'credentialName') !== '')
    problems.error('tls has caCrl beside credentialName, whose secret holds it');
  if (mode === 'SIMPLE') problems.error('tls is SIMPLE, which looks at no caCrl');
}

const OLD_VERSIONS: ReadonlySet<string> = new Set(['TLSV1_0', 'TLSV1_1']);

/** What Envoy can be told, by OpenSSL's names; those of TLS 1.3 cannot be chosen (Envoy docs: TlsParameters). */
const CIPHERS: ReadonlySet<string> = new Set([
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'AES128-SHA'],
  ...['ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA', 'AES256-SHA', 'DES-CBC3-SHA'],
]);

function checkCiphers(tls: SpecObject, problems: Problems): void {
  const ciphers = textsAt(tls, 'cipherSuites');
  const lowest = textAt(tls, 'minProtocolVersion');
  if (OLD_VERSIONS.has(lowest) && ciphers.length === 0) {
    problems.warning(`${lowest} is allowed, and no cipherSuites that go with it`);
  }
  const bad = ciphers.filter((cipher) => !isCipher(cipher));
  if (bad.length > 0) problems.warning(`the cipher suites ${bad.join(', ')} are none and ignored`);
  const good = ciphers.filter(isCipher);
  if (new Set(good).size < good.length) problems.warning('a cipher suite is there twice');
}

/** What begins with a sign is an expression, which nobody reads here. */
function isCipher(cipher: string): boolean {
  return cipher === '' || cipher === 'ALL' || !/^[\p{L}\p{N}]/u.test(cipher) || CIPHERS.has(cipher);
}
