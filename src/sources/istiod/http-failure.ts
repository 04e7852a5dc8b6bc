import type { SourceError } from '../../model/source-error.ts';
import { AskError } from './ask-error.ts';

/** How far an exchange had got when it broke. */
export type Phase = 'head' | 'body';

/** What a failed exchange is called, and where it went. */
export interface Exchange {
  /** `host:port`, for the person who reads the reason. */
  readonly host: string;
  readonly path: string;
  readonly deadlineMs: number;
}

/** Longest wait for a connection. Inside a cluster it takes milliseconds; after this the host is gone or cut off. */
export const CONNECT_MS = 3_000;

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);
const UNKNOWN_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
const TOO_LATE = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
const TLS = /^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|LEAF_SIGNATURE|^EPROTO$/;

/** The bounded reason for what undici, a socket or our own checks threw. */
export function failureOf(error: unknown, phase: Phase, exchange: Exchange): SourceError {
  if (error instanceof AskError) return error.reason;
  const code = codeOf(error);
  const at = exchange.host;
  if (TOO_LATE.has(code))
    return { code: 'timeout', afterMs: CONNECT_MS, detail: `cannot connect to ${at}: ${NO_SIGN}` };
  if (UNKNOWN_NAME.has(code))
    return { code: 'refused', detail: `cannot connect to ${at}: no such host in DNS (${code})` };
  if (UNREACHABLE.has(code)) return { code: 'refused', detail: `cannot connect to ${at}: ${code}` };
  if (BROKEN_OFF.has(code)) return brokenOff(phase, at);
  if (TLS.test(code)) return { code: 'tls', detail: `no TLS with ${at}: ${code}` };
  return { code: 'invalid', detail: `${at} does not answer in HTTP: ${code === '' ? nameOf(error) : code}` };
}

/** Whether what was thrown, or what it came of, is a connection that nobody took up in time. */
export function neverConnected(error: unknown): boolean {
  return TOO_LATE.has(codeOf(error));
}

/** The deadline passed, in whichever phase. */
export function timedOut({ host, path, deadlineMs }: Exchange): SourceError {
  const detail = `${host} did not answer ${path} whole within ${deadlineMs} ms`;
  return { code: 'timeout', afterMs: deadlineMs, detail };
}

function brokenOff(phase: Phase, host: string): SourceError {
  return phase === 'head'
    ? { code: 'refused', detail: `${host} closed the connection without an answer` }
    : { code: 'truncated', detail: `${host} closed the connection in the middle of its answer` };
}

/** The reason for an answer whose status is not 200, with the remedy. */
export function statusFailure(status: number, hasToken: boolean, { host, path }: Exchange): SourceError {
  switch (status) {
    case 401:
      return { code: 'denied', status, detail: `${host} answered 401: ${hasToken ? WRONG_TOKEN : NO_TOKEN}` };
    case 403:
      return { code: 'denied', status, detail: `${host} answered 403: ${WRONG_NAMESPACE}` };
    case 404:
      return {
        code: 'not_found',
        detail: `${host} has no ${path}: not istiod's port 15014, or ENABLE_DEBUG_ON_HTTP=false; over xDS it answers all the same, where istiod.caFile is set`,
      };
    default:
      return { code: 'invalid', detail: `${host} answered ${status} to ${path}${redirectNote(status)}` };
  }
}

const NO_SIGN = 'no sign of life; its node may be gone, or a NetworkPolicy stands in between';
const NO_TOKEN =
  'no token was sent; mount a projected service-account token with audience istio-ca and set istiod.tokenFile';
const WRONG_TOKEN = 'it does not accept the token; its audience must be istio-ca (the default pod token is refused)';
const WRONG_NAMESPACE =
  "the token's namespace may not read /debug; run in istio-system, or name the namespace in istiod's DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES";

function redirectNote(status: number): string {
  return status >= 300 && status < 400 ? '; redirects are not followed' : '';
}

/** What a socket, TLS or undici calls it; `''` where it has no name. */
export function codeOf(error: unknown): string {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  if (cause !== undefined) return codeOf(cause);
  return errors?.[0] === undefined ? '' : codeOf(errors[0]);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
