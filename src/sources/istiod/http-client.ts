import { Agent, type Dispatcher, request } from 'undici';
import type { ClientTls } from '../../model/http-client-config.ts';
import type { SourceError } from '../../model/source-error.ts';
import { createBreather } from '../breathe.ts';
import { AskError } from './ask-error.ts';
import { CONNECT_MS, type Exchange, failureOf, type Phase, statusFailure, timedOut } from './http-failure.ts';

/** One GET, bounded in time and size. */
export interface HttpGet {
  /** Scheme, host and port, and a path prefix where istiod stands behind one. */
  readonly base: string;
  /** Absolute, e.g. `/debug/syncz`. */
  readonly path: string;
  /** Sent as a bearer token to the base's host, and nowhere else: redirects are not followed. */
  readonly token?: string | undefined;
  /** The whole header, in the place of a token's; sent nowhere else either. */
  readonly authorization?: string | undefined;
  /** For the whole exchange: connect, headers and body. */
  readonly deadlineMs: number;
  /** Longest body taken. */
  readonly limitBytes: number;
  /** Reads the beginning of an answer that is not 200, and may know a better reason than its status tells. */
  readonly explain?: (status: number, text: string) => AskError | undefined;
}

/** A few HTTP requests, on connections that are shared and kept. */
export interface HttpClient {
  /**
   * Hands the body of a 200 over chunk by chunk.
   * @param consume may throw an AskError; the exchange then ends with that reason
   * @throws AskError with the bounded reason; the signal's own reason when the caller gave up
   */
  get(get: HttpGet, consume: (chunk: Uint8Array) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @param tls for `https:`; as Node has it where it is left out */
export function createHttpClient(tls?: ClientTls): HttpClient {
  // Beside the deadline of each request there is one clock only: a host that is gone does not hold up a whole poll.
  const clocks = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: CONNECT_MS };
  const agent = new Agent({ ...clocks, ...(tls && { connect: connectOptions(tls) }) });
  return {
    get: (get, consume, signal) => exchange(agent, get, consume, signal),
    close: () => agent.destroy(),
  };
}

function connectOptions({ ca, cert, key, serverName: servername, insecureSkipVerify }: ClientTls) {
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
  };
}

async function exchange(
  agent: Agent,
  get: HttpGet,
  consume: (chunk: Uint8Array) => void,
  outer: AbortSignal,
): Promise<void> {
  const url = new URL(get.base.replace(/\/+$/, '') + get.path);
  const about: Exchange = { host: url.host, path: get.path, deadlineMs: get.deadlineMs };
  const deadline = startDeadline(get.deadlineMs, outer);
  let phase: Phase = 'head';
  try {
    const response = await request(url, { dispatcher: agent, signal: deadline.signal, headers: headersOf(get) });
    phase = 'body';
    if (response.statusCode !== 200)
      throw (await explained(response, get)) ?? new AskError(refuse(response, get, about));
    await drain(response, get, consume);
  } catch (error) {
    if (outer.aborted) throw outer.reason;
    throw new AskError(deadline.passed() ? timedOut(about) : failureOf(error, phase, about), error);
  } finally {
    deadline.clear();
  }
}

function headersOf({ token, authorization = token && `Bearer ${token}` }: HttpGet): Record<string, string> {
  return { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) };
}

/** Longest text of a refusal that is looked at. */
const MAX_REFUSAL_BYTES = 4_096;

async function explained(
  { statusCode, body }: Dispatcher.ResponseData,
  { explain }: HttpGet,
): Promise<AskError | undefined> {
  if (explain === undefined) return undefined;
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  return explain(statusCode, text);
}

function refuse(response: Dispatcher.ResponseData, get: HttpGet, about: Exchange): SourceError {
  // The rest of the answer is of no use, and what goes wrong while it is thrown away neither.
  response.body.on('error', () => undefined).destroy();
  return statusFailure(response.statusCode, get.token !== undefined, about);
}

async function drain(
  response: Dispatcher.ResponseData,
  { limitBytes }: HttpGet,
  consume: (chunk: Uint8Array) => void,
): Promise<void> {
  const breathe = createBreather();
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > limitBytes) {
      throw new AskError({ code: 'too_large', limitBytes, detail: `the answer is longer than ${limitBytes} bytes` });
    }
    consume(chunk as Uint8Array);
    await breathe();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  passed(): boolean;
  clear(): void;
}

/** Aborts when time is up or when the caller gives up; leaves nothing behind on the caller's signal. */
function startDeadline(ms: number, outer: AbortSignal): Deadline {
  const own = new AbortController();
  let passed = false;
  const giveUp = (): void => own.abort(outer.reason);
  const timer = setTimeout(() => {
    passed = true;
    own.abort();
  }, ms);
  if (outer.aborted) giveUp();
  else outer.addEventListener('abort', giveUp, { once: true });
  return {
    signal: own.signal,
    passed: () => passed,
    clear() {
      clearTimeout(timer);
      outer.removeEventListener('abort', giveUp);
    },
  };
}
