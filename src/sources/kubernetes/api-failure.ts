import type { SourceError } from '../../model/source-error.ts';
import { KubeApiError } from './kube-api.ts';
import { peerWords } from './peer-words.ts';

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/;
/** A server that asks for a longer pause than this is asked again anyway. */
const MAX_RETRY_AFTER_MS = 300_000;

/** What was asked, where it was no GET. */
interface Asked {
  readonly method?: string | undefined;
}

export interface StatusAnswer extends Asked {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** The beginning of the body. */
  readonly text: string;
}

/** Turns an answer that is not 2xx into its bounded reason. */
export function statusFailure(path: string, answer: StatusAnswer): KubeApiError {
  const detail = `${answer.method ?? 'GET'} ${path}: HTTP ${answer.status} ${statusWords(answer)}`.trim();
  return new KubeApiError(statusError(answer.status, detail), {
    status: answer.status,
    ...retryAfterOf(answer.retryAfter),
  });
}

function statusError(status: number, detail: string): SourceError {
  if (status === 401 || status === 403) return { code: 'denied', status, detail };
  if (status === 404) return { code: 'not_found', detail };
  if (status === 429) return { code: 'refused', detail };
  return { code: 'invalid', detail };
}

/** The message of a Status object; an absent kind answers in plain text instead. */
function statusWords({ contentType, text }: StatusAnswer): string {
  if (!contentType.startsWith('application/json')) return contentType.startsWith('text/plain') ? peerWords(text) : '';
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? peerWords(message) : '';
  } catch {
    return '';
  }
}

function retryAfterOf(header: string | undefined): { retryAfterMs?: number } {
  const seconds = Number(header);
  if (header === undefined || !Number.isFinite(seconds) || seconds <= 0) return {};
  return { retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) };
}

export interface ConnectionFailure extends Asked {
  readonly path: string;
  readonly cause: unknown;
  /** Whether the answer's headers had come: then what breaks is an answer, not an attempt. */
  readonly answered: boolean;
  /** How long we waited, for timeouts. */
  readonly afterMs: number;
}

/** Turns what the HTTP client threw into its bounded reason. */
export function connectionFailure({ method = 'GET', path, cause, answered, afterMs }: ConnectionFailure): KubeApiError {
  if (cause instanceof KubeApiError) return cause;
  const code = codeOf(cause);
  const detail = `${method} ${path}: ${wordsOf(cause, code)}`;
  const wrap = (reason: SourceError): KubeApiError => new KubeApiError(reason, { cause });
  if (TIMEOUTS.has(code) || (cause instanceof Error && cause.name === 'TimeoutError')) {
    return wrap({ code: 'timeout', afterMs: Math.round(afterMs), detail });
  }
  if (TLS.test(code)) return wrap({ code: 'tls', detail });
  return wrap({ code: answered ? 'truncated' : 'refused', detail });
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  const { code, cause: inner } = cause as { code?: unknown; cause?: unknown };
  // A connection tried on several addresses gives an AggregateError whose code is that of the last.
  return typeof code === 'string' ? code : codeOf(inner);
}

function wordsOf(cause: unknown, code: string): string {
  const words = cause instanceof Error ? peerWords(cause.message) : '';
  return [words, words.includes(code) ? '' : code].filter((part) => part !== '').join(' ') || 'the connection failed';
}
