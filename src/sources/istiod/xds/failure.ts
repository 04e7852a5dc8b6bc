import { status } from '@grpc/grpc-js';
import type { SourceError } from '../../../model/source-error.ts';
import type { Exchange } from '../http-failure.ts';

/** What gRPC says of a call that failed. */
export interface GrpcFailure {
  readonly code: number;
  readonly details: string;
}

/** The bounded reason for a call that failed, and what to do about it. */
export function grpcFailure({ code, details }: GrpcFailure, exchange: Exchange, limitBytes: number): SourceError {
  const { host, deadlineMs } = exchange;
  switch (code) {
    case status.UNAUTHENTICATED:
      return { code: 'denied', status: 401, detail: `${host} does not accept the token${WRONG_TOKEN}` };
    case status.PERMISSION_DENIED:
      return {
        code: 'denied',
        status: 403,
        detail: `${host} lets the token in, but not to ${exchange.path}${OUTSIDE}`,
      };
    case status.DEADLINE_EXCEEDED:
      return { code: 'timeout', afterMs: deadlineMs, detail: unanswered(exchange) };
    case status.UNAVAILABLE:
      return unavailable(details, host);
    case status.RESOURCE_EXHAUSTED:
      return exhausted(details, host, limitBytes);
    case status.UNIMPLEMENTED:
      return { code: 'not_found', detail: `${host} speaks no xDS: is it istiod's port 15012?` };
    case status.UNKNOWN:
      return unknown(details, exchange);
    default:
      return { code: 'invalid', detail: `${host} breaks off: ${nameOf(code)}: ${quoted(details)}` };
  }
}

const WRONG_TOKEN = '; its audience must be istio-ca (the default pod token is refused)';
const OUTSIDE = ", which is for istiod's own namespace; run there";

function unanswered({ host, path, deadlineMs }: Exchange): string {
  return `${host} did not answer ${path} whole within ${deadlineMs} ms`;
}

/** Istiods before 1.28 give no code to these. */
function unknown(details: string, exchange: Exchange): SourceError {
  if (/authentication failure/i.test(details)) return grpcFailure(as(status.UNAUTHENTICATED, details), exchange, 0);
  if (/not available for current identity|authorization failed/i.test(details))
    return grpcFailure(as(status.PERMISSION_DENIED, details), exchange, 0);
  return { code: 'invalid', detail: `${exchange.host} breaks off: ${quoted(details)}` };
}

function as(code: number, details: string): GrpcFailure {
  return { code, details };
}

/** The connection ended, or was not had. */
function unavailable(details: string, host: string): SourceError {
  return details.startsWith('No connection established')
    ? { code: 'refused', detail: `cannot connect to ${host}: ${quoted(details)}` }
    : { code: 'truncated', detail: `${host} closed the connection before its answer was whole` };
}

/** gRPC calls its own limit by the name that a server uses for its. */
function exhausted(details: string, host: string, limitBytes: number): SourceError {
  if (/larger than max|exceeds/i.test(details))
    return { code: 'too_large', limitBytes, detail: `the answer is longer than ${limitBytes} bytes` };
  return { code: 'refused', detail: `${host} takes no more requests now: ${quoted(details)}` };
}

function nameOf(code: number): string {
  return status[code] ?? String(code);
}

/** A peer's words, cut, and only what can be printed on one line. */
function quoted(details: string): string {
  const text = details.replace(/[^ -~]+/g, ' ').trim();
  return text.length > 160 ? `${text.slice(0, 160)}…` : text || 'without a word';
}
