import { status } from '@grpc/grpc-js';
import type { SourceError } from '../../../model/source-error.ts';
import type { Exchange } from '../http-failure.ts';

/** What gRPC says of a call that failed. */
export interface GrpcFailure {
  readonly code: number;
  readonly details: string;
}

/** What was asked, and how. */
export interface GrpcCall extends Exchange {
  readonly limitBytes: number;
  readonly hasToken: boolean;
}

/** The bounded reason for a call that failed, and what to do about it. */
export function grpcFailure(failure: GrpcFailure, call: GrpcCall): SourceError {
  const { details } = failure;
  const { host, path, deadlineMs, limitBytes } = call;
  switch (meantBy(failure)) {
    case status.UNAUTHENTICATED:
      return { code: 'denied', status: 401, detail: `${host} ${call.hasToken ? WRONG_TOKEN : NO_TOKEN}` };
    case status.PERMISSION_DENIED:
      return { code: 'denied', status: 403, detail: `${host} lets the token in, but not to ${path}${OUTSIDE}` };
    case status.DEADLINE_EXCEEDED:
      return {
        code: 'timeout',
        afterMs: deadlineMs,
        detail: `${host} did not answer ${path} whole within ${deadlineMs} ms`,
      };
    case status.UNAVAILABLE:
      return unavailable(details, host);
    case status.RESOURCE_EXHAUSTED:
      // gRPC calls our own limit by the name that a server uses for its.
      return /larger than/.test(details)
        ? { code: 'too_large', limitBytes, detail: `the answer is longer than ${limitBytes} bytes` }
        : { code: 'refused', detail: `${host} takes no more questions now: ${quoted(details)}` };
    case status.UNIMPLEMENTED:
      return { code: 'not_found', detail: `${host} speaks no xDS: is it istiod's port 15012?` };
    default:
      return { code: 'invalid', detail: `${host} breaks off: ${status[failure.code]}: ${quoted(details)}` };
  }
}

const WRONG_TOKEN = 'does not accept the token; its audience must be istio-ca (the default pod token is refused)';
const NO_TOKEN =
  'asks for a token; mount a projected service-account token with audience istio-ca and set istiod.tokenFile';
const OUTSIDE =
  ", which is for istiod's own namespace; run there, or name the token's namespace in istiod's DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES";

/** Words of istiods that give no code (Istio pilot/pkg/xds/ads.go, auth.go, debuggen.go). */
const WORDS: readonly (readonly [words: RegExp, code: status])[] = [
  [/authentication (failure|required)/i, status.UNAUTHENTICATED],
  [/not available for current identity|authorization failed/i, status.PERMISSION_DENIED],
];

function meantBy({ code, details }: GrpcFailure): number {
  if (code !== status.UNKNOWN) return code;
  return WORDS.find(([words]) => words.test(details))?.[1] ?? code;
}

/** The connection ended, or was not had; or istiod says so of itself, as while it starts. */
function unavailable(details: string, host: string): SourceError {
  if (details.startsWith('No connection established'))
    return { code: 'refused', detail: `cannot connect to ${host}: ${quoted(details)}` };
  return /connection|stream|ECONN|EPIPE/i.test(details)
    ? { code: 'truncated', detail: `${host} closed the connection before its answer was whole` }
    : { code: 'refused', detail: `${host} takes no questions now: ${quoted(details)}` };
}

/** A peer's words, cut, and only what can be printed on one line. */
function quoted(details: string): string {
  const text = details.replace(/[^ -~]+/g, ' ').trim();
  return text.length > 160 ? `${text.slice(0, 160)}…` : text || 'without a word';
}
