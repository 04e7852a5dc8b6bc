import type { HttpClientConfig } from '../../model/http-client-config.ts';
import { AskError } from './ask-error.ts';
import { codeOf } from './http-failure.ts';

/** What was asked of whom, and with what. */
export interface ExporterQuestion {
  readonly server: string;
  /** Without its query. */
  readonly path: string;
  readonly client?: HttpClientConfig | undefined;
}

/** Where each remedy is written out. */
const SEE = '(docs/security.md, "Commands behind it")';
const FILE = '--http.config.file';

/** The same failure in words for who asks an exporter: reasons are worded for istiod, where the remedy is another one. */
export function exporterFailure(error: AskError, question: ExporterQuestion): AskError {
  const detail = detailOf(error, question);
  return detail === undefined ? error : new AskError({ ...error.reason, detail }, error);
}

function detailOf({ reason, cause }: AskError, question: ExporterQuestion): string | undefined {
  const { server, path } = question;
  switch (reason.code) {
    case 'denied':
      return `${server} ${denial(reason.status, question)}`;
    case 'not_found':
      return `${server} has no ${path}: is it a meshladder exporter of role all or central?`;
    case 'tls':
      return `${server} ${tlsRemedy(codeOf(cause), question)}`;
    case 'refused':
      return ENDED.has(codeOf(cause)) ? `${server} ${ended(question)}` : unreached(reason.detail);
    case 'timeout':
      return unreached(reason.detail);
    default:
      return undefined;
  }
}

/** @param own an address, a port, a name */
function unreached(own: string): string {
  return `${own}. No exporter answers there: forward its port, kubectl -n NAMESPACE port-forward svc/meshladder 19012, or leave out --server to ask the cluster itself`;
}

function denial(status: 401 | 403, { path, client }: ExporterQuestion): string {
  if (client?.authorization === undefined) {
    return `asks for a login; give ${FILE} with basic_auth or authorization ${SEE}`;
  }
  return status === 401
    ? `refused the login of ${FILE}: a wrong name, password or token`
    : `knows who asks, but does not let them get ${path}: bind a role with the nonResourceURLs /meshladder/api/v1/* (docs/security.md, "Tokens of Kubernetes")`;
}

/** Somebody answered the connection, and ended it. */
const ENDED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A server that demands a certificate may end the connection without a word, Go's and ours among them. */
function ended(question: ExporterQuestion): string {
  const remedy = question.server.startsWith('https:')
    ? certificateRemedy(question)
    : 'where it speaks TLS, write https://';
  return `ended the connection without an answer: ${remedy}; where that is a forwarded port, no exporter may be behind it`;
}

function certificateRemedy({ client }: ExporterQuestion): string {
  return client?.tls.cert === undefined
    ? `it may demand a client certificate; give tls_config.cert_file and key_file in ${FILE} ${SEE}`
    : `it may not take the client certificate of tls_config.cert_file in ${FILE}: of another authority, ended, or without an allowed name`;
}

const UNKNOWN_AUTHORITY =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED)/;
const NO_TLS = /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST)$/;
const CLIENT_REFUSED = /ALERT_(CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED)/;

function tlsRemedy(code: string, question: ExporterQuestion): string {
  const { ca } = question.client?.tls ?? {};
  if (UNKNOWN_AUTHORITY.test(code)) {
    return ca === undefined
      ? `has a certificate of an authority that is not known here (${code}); give its CA: tls_config.ca_file in ${FILE} ${SEE}`
      : `has a certificate of another authority than that of tls_config.ca_file in ${FILE} (${code})`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `has a certificate for another name than that; give one that it holds: tls_config.server_name in ${FILE} ${SEE}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return 'has a certificate that has ended; renew it there';
  if (NO_TLS.test(code)) return `speaks no TLS (${code}); write http://`;
  if (CLIENT_REFUSED.test(code)) return `ended the handshake (${code}): ${certificateRemedy(question)}`;
  return `speaks no TLS that we can: ${code}`;
}
