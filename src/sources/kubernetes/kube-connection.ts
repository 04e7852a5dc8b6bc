import { type Dispatcher, request } from 'undici';
import { type AgentTimeouts, createAgentPool } from './agents.ts';
import { statusFailure } from './api-failure.ts';
import type { Credentials, KubeAccess } from './kube-access.ts';
import { KubeApiError } from './kube-api.ts';
import { peerWords } from './peer-words.ts';

const MAX_STATUS_BYTES = 64 * 1024;
const MAX_STATUS_MS = 5_000;
const RENEW_AT_MOST_EVERY_MS = 10_000;

/** A body that is sent, and how. */
export interface Written {
  readonly method: 'POST' | 'PUT';
  readonly json: string;
}

/** One request: a GET, unless something is written. */
export interface Attempt {
  readonly path: string;
  readonly written?: Written | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly agent: 'calls' | 'streams';
  readonly accept: string;
}

export interface Connection {
  /** Resolves with a 2xx answer whose body is still to be read; any other answer is thrown as KubeApiError. */
  open(attempt: Attempt): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Sends requests with our credentials; a 401 makes it fetch new ones and try once more. */
export function createConnection(access: KubeAccess, timeouts: AgentTimeouts, userAgent: string): Connection {
  const pool = createAgentPool(timeouts, access.proxyUrl);
  const renew = createRenewal(access);

  async function send(attempt: Attempt): Promise<Dispatcher.ResponseData> {
    const { headers, tls } = await credentialsWithin(access, timeouts.headersMs);
    const { written } = attempt;
    const about = { accept: attempt.accept, 'user-agent': userAgent, ...headers };
    return request(urlOf(access.server, attempt), {
      method: written?.method ?? 'GET',
      headers: written === undefined ? about : { ...about, 'content-type': 'application/json' },
      ...(written !== undefined && { body: written.json }),
      dispatcher: pool.of(tls)[attempt.agent],
      signal: attempt.signal,
    });
  }

  return {
    async open(attempt) {
      const sentAt = performance.now();
      let answer = await send(attempt);
      if (answer.statusCode === 401 && (await renew(sentAt))) {
        discard(answer.body);
        answer = await send(attempt);
      }
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
      throw await refusalOf(attempt, answer);
    },
    close: () => pool.close(),
  };
}

/** Says whether there are newer credentials than those used at `sentAt`, fetching them if it may. */
export function createRenewal(access: KubeAccess): (sentAt: number) => Promise<boolean> {
  let startedAt = Number.NEGATIVE_INFINITY;
  let renewed = Promise.resolve(false);
  return (sentAt) => {
    if (startedAt > sentAt) return renewed;
    if (performance.now() - startedAt < RENEW_AT_MOST_EVERY_MS) return Promise.resolve(false);
    startedAt = performance.now();
    // What was loaded before stays in use when the files cannot be read now.
    renewed = access.renew().then(
      () => true,
      () => false,
    );
    return renewed;
  };
}

export async function credentialsWithin(access: KubeAccess, afterMs: number): Promise<Credentials> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const detail = `no credentials from ${access.origin} in time: does its exec plugin wait for somebody?`;
  const timer = setTimeout(() => reject(new KubeApiError({ code: 'timeout', afterMs, detail })), afterMs);
  try {
    return await Promise.race([access.credentials(), late]);
  } catch (cause) {
    if (cause instanceof KubeApiError) throw cause;
    const words = peerWords(cause instanceof Error ? cause.message : String(cause));
    throw new KubeApiError({ code: 'invalid', detail: `no credentials from ${access.origin}: ${words}` }, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function urlOf(server: string, { path, query }: Attempt): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? `${server}${path}` : `${server}${path}?${search}`;
}

async function refusalOf(
  { path, written }: Attempt,
  { statusCode, headers, body }: Dispatcher.ResponseData,
): Promise<KubeApiError> {
  // On a stream's agent nothing else times an answer that never ends.
  const timer = setTimeout(() => discard(body), MAX_STATUS_MS);
  const text = await readBounded(body, MAX_STATUS_BYTES, path).catch(() => '');
  clearTimeout(timer);
  const retryAfter = headers['retry-after'];
  return statusFailure(path, {
    status: statusCode,
    method: written?.method,
    contentType: String(headers['content-type'] ?? ''),
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    text,
  });
}

function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

/** @throws KubeApiError `too_large` once more than `limitBytes` have come */
export async function readBounded(body: AsyncIterable<Uint8Array>, limitBytes: number, path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      throw new KubeApiError({ code: 'too_large', limitBytes, detail: `GET ${path}: over ${limitBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
