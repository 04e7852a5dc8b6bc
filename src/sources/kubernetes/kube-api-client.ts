import type { Dispatcher } from 'undici';
import type { AgentTimeouts } from './agents.ts';
import { connectionFailure } from './api-failure.ts';
import type { KubeAccess } from './kube-access.ts';
import { type KubeApi, KubeApiError, type KubeRequestOptions, type KubeWriter, type RawObject } from './kube-api.ts';
import { type Connection, createConnection, readBounded, type Written } from './kube-connection.ts';
import { listPages } from './kube-list.ts';
import { peerWords } from './peer-words.ts';

export interface KubeApiTimeouts extends AgentTimeouts {
  /** A whole call, however busily its bytes trickle. */
  readonly callMs: number;
}

export interface KubeApiOptions {
  readonly access: KubeAccess;
  readonly userAgent?: string;
  readonly timeouts?: Partial<KubeApiTimeouts>;
  /** Answers larger than this are not read; lists then ask for smaller pages. */
  readonly maxAnswerBytes?: number;
}

/** The API, and how to end it: `close` drops every connection. */
export interface KubeApiClient extends KubeApi, KubeWriter {
  close(): Promise<void>;
}

const DEFAULT_TIMEOUTS: KubeApiTimeouts = { connectMs: 10_000, headersMs: 30_000, bodyMs: 30_000, callMs: 120_000 };
/** Parsing one answer must not hold the event loop for 50 ms. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const ACCEPT = 'application/json, */*';

type Query = Readonly<Record<string, string>>;

/** Talks to one API server over two shared agents. Errors: see `KubeApi`. */
export function createKubeApi(options: KubeApiOptions): KubeApiClient {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const limitBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  const connection = createConnection(options.access, timeouts, options.userAgent ?? 'meshladder');

  async function call(asked: Called): Promise<RawObject> {
    const { path, query = {}, signal, accept = ACCEPT, written } = asked;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeouts.callMs)]);
    const startedAt = performance.now();
    let answered = false;
    try {
      const answer = await connection.open({ path, query, signal: deadline, agent: 'calls', accept, written });
      answered = true;
      return parseObject(`${written?.method ?? 'GET'} ${path}`, await readBounded(answer.body, limitBytes, path));
    } catch (cause) {
      signal.throwIfAborted();
      const afterMs = performance.now() - startedAt;
      throw connectionFailure({ method: written?.method, path, cause, answered, afterMs });
    }
  }

  const write = (method: Written['method'], path: string, object: object, signal: AbortSignal): Promise<RawObject> =>
    call({ path, signal, written: { method, json: JSON.stringify(object) } });

  return {
    get: (path, signal) => call({ path, signal }),
    list: (path, query, signal, more) =>
      listPages((pageQuery) => call({ path, query: { ...query, ...pageQuery }, signal, accept: more?.accept }), {
        path,
        limit: Number(query['limit'] ?? 500),
        signal,
      }),
    create: (path, object, signal) => write('POST', path, object, signal),
    replace: (path, object, signal) => write('PUT', path, object, signal),
    stream: (path, query, signal, more) => openStream(connection, { path, query, signal, ...more }),
    close: () => connection.close(),
  };
}

/** One call that is answered whole. */
interface Called {
  readonly path: string;
  readonly query?: Query;
  readonly signal: AbortSignal;
  readonly accept?: string | undefined;
  readonly written?: Written;
}

interface StreamAsked extends KubeRequestOptions {
  readonly path: string;
  readonly query: Query;
  readonly signal: AbortSignal;
}

async function openStream(connection: Connection, asked: StreamAsked): Promise<AsyncIterable<Uint8Array>> {
  const { path, query, signal, accept = ACCEPT, onlyJson } = asked;
  const startedAt = performance.now();
  try {
    const { body, headers } = await connection.open({ path, query, signal, agent: 'streams', accept });
    // A break before the first read must wait for the reader, not end the process.
    body.on('error', () => {});
    const type = String(headers['content-type'] ?? 'of no type');
    if (!onlyJson || type.startsWith('application/json')) return chunksOf(body, path, signal);
    body.destroy();
    throw new KubeApiError({ code: 'invalid', detail: `GET ${path}: the answer is ${peerWords(type)}, not JSON` });
  } catch (cause) {
    signal.throwIfAborted();
    throw connectionFailure({ path, cause, answered: false, afterMs: performance.now() - startedAt });
  }
}

async function* chunksOf(body: Dispatcher.ResponseData['body'], path: string, signal: AbortSignal) {
  const startedAt = performance.now();
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (cause) {
    signal.throwIfAborted();
    throw connectionFailure({ path, cause, answered: true, afterMs: performance.now() - startedAt });
  }
}

function parseObject(asked: string, text: string): RawObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KubeApiError({ code: 'invalid', detail: `${asked}: the answer is not JSON` }, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RawObject;
  throw new KubeApiError({ code: 'invalid', detail: `${asked}: the answer is no object` });
}
