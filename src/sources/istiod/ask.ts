import type { SourceError } from '../../model/source-error.ts';
import { createAnswerRows, type SyncAnswer } from './answer-rows.ts';
import { AskError, invalid } from './ask-error.ts';
import { type ConnectionTimes, createConnectionTimes } from './connections.ts';
import { createArrayCutter } from './cut-array.ts';
import type { HttpClient, HttpGet } from './http-client.ts';

/** How one istiod is asked. */
export interface AskOptions {
  readonly client: HttpClient;
  /** `http://HOST:PORT`. */
  readonly base: string;
  readonly token: string | undefined;
  readonly deadlineMs: number;
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

/** What is only a help must not hold up the poll. */
const TIMES_DEADLINE_MS = 2_000;

/** The longest row taken; a row of many types with a long rejection has some 10 KB. */
export const MAX_ROW_BYTES: number = 1 << 20;

/** What every proxy of one istiod has been sent and has acknowledged. @throws AskError */
export async function askSync(options: AskOptions): Promise<SyncAnswer> {
  const rows = createAnswerRows(options.limitBytes);
  const cutter = createArrayCutter(rows, { maxElementBytes: MAX_ROW_BYTES });
  const times = askConnectionTimes(options);
  try {
    await options.client.get(get(options, '/debug/syncz'), (chunk) => cutter.push(chunk), options.signal);
    cutter.end();
  } finally {
    // Waited for in any case, so that no request outlives the poll it belongs to.
    await times;
  }
  return rows.finish(await times);
}

/** When connections were opened. A help, no need: without an answer nothing is known of it, and nothing fails. */
async function askConnectionTimes(options: AskOptions): Promise<ConnectionTimes | undefined> {
  const collector = createConnectionTimes();
  const ignore = (): void => undefined;
  const handlers = { element: collector.take, oversized: ignore, document: ignore };
  const cutter = createArrayCutter(handlers, { maxElementBytes: 4_096, place: 'in_object' });
  const deadlineMs = Math.min(options.deadlineMs, TIMES_DEADLINE_MS);
  try {
    const connections: HttpGet = { ...get(options, '/debug/connections'), deadlineMs };
    await options.client.get(connections, (chunk) => cutter.push(chunk), options.signal);
    cutter.end();
    return collector.times();
  } catch {
    return undefined;
  }
}

/**
 * istiod's own version, e.g. `1.30.3`; nothing where it does not say. `/version` is open, so no token is sent.
 * Its text is `VERSION-REVISION-STATUS` (Istio pkg/version/version.go).
 */
export async function askVersion(options: AskOptions): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  try {
    const version: HttpGet = { ...get(options, '/version'), token: undefined, limitBytes: 512 };
    await options.client.get(version, (chunk) => chunks.push(chunk), options.signal);
  } catch {
    return undefined;
  }
  return VERSION.exec(Buffer.concat(chunks).toString('utf8').trim())?.[1];
}

const VERSION = /^(\d[\w.+-]{0,60}?)(?:-[0-9a-f]{7,64}(?:-dirty)?-\w+|-unknown-\w+)?$/;

function get(options: AskOptions, path: string): HttpGet {
  const { base, token, deadlineMs, limitBytes } = options;
  return { base, path, token, deadlineMs, limitBytes };
}

/** The bounded reason of what an ask threw; anything but an AskError is a bug of ours, told as such. */
export function reasonOf(error: unknown): SourceError {
  return error instanceof AskError ? error.reason : invalid(`unexpected: ${String(error)}`).reason;
}
