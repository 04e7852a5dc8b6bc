import { setTimeout as sleep } from 'node:timers/promises';
import { KubeApiError, type ListPage, type RawObject } from './kube-api.ts';

export interface ListNeeds {
  readonly path: string;
  /** Objects a page, until a page proves too large. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Where a list stands between two pages. */
interface Cursor {
  readonly limit: number;
  readonly token?: string;
  readonly restarted: boolean;
  /** Times the current page was put off by the server. */
  readonly waits: number;
}

type PageQuery = Readonly<Record<string, string>>;

const MAX_WAITS = 3;

/**
 * Pages through one list. An expired token starts it over, once, and says so on the next page; a page that is too large
 * is asked for in smaller pieces; a server that asks us to wait is waited for.
 */
export async function* listPages(
  getPage: (query: PageQuery) => Promise<RawObject>,
  { path, limit, signal }: ListNeeds,
): AsyncGenerator<ListPage> {
  let cursor: Cursor = { limit, restarted: false, waits: 0 };
  let announceRestart = false;
  for (;;) {
    let raw: RawObject;
    try {
      raw = await getPage(queryOf(cursor));
    } catch (error) {
      const next = await recover(error, cursor, signal);
      announceRestart ||= next.restarted && !cursor.restarted;
      cursor = next;
      continue;
    }
    const { page, token } = readPage(path, raw);
    yield announceRestart ? { ...page, restarted: true } : page;
    announceRestart = false;
    if (token === undefined) return;
    if (token === cursor.token) throw notAList(path, 'the list does not advance');
    cursor = { limit: cursor.limit, token, restarted: cursor.restarted, waits: 0 };
  }
}

function queryOf({ limit, token }: Cursor): PageQuery {
  return { limit: String(limit), ...(token !== undefined && { continue: token }) };
}

/** The cursor to go on with; throws what cannot be mended. */
async function recover(error: unknown, cursor: Cursor, signal: AbortSignal): Promise<Cursor> {
  if (!(error instanceof KubeApiError)) throw error;
  if (error.reason.code === 'too_large' && cursor.limit > 1) {
    return { ...cursor, limit: Math.max(1, Math.floor(cursor.limit / 4)) };
  }
  if (error.status === 410 && cursor.token !== undefined && !cursor.restarted) {
    return { limit: cursor.limit, restarted: true, waits: 0 };
  }
  if (error.retryAfterMs !== undefined && cursor.token !== undefined && cursor.waits < MAX_WAITS) {
    await sleep(error.retryAfterMs, undefined, { signal });
    return { ...cursor, waits: cursor.waits + 1 };
  }
  throw error;
}

function readPage(path: string, raw: RawObject): { page: ListPage; token: string | undefined } {
  const items: unknown = raw['items'] ?? [];
  const metadata = raw['metadata'] as { resourceVersion?: unknown; continue?: unknown } | undefined;
  const version = metadata?.resourceVersion;
  if (!Array.isArray(items) || typeof version !== 'string' || version === '') {
    throw notAList(path, 'the answer is no list');
  }
  const token = metadata?.continue;
  return {
    page: { items: items as RawObject[], resourceVersion: version },
    token: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

function notAList(path: string, why: string): KubeApiError {
  return new KubeApiError({ code: 'invalid', detail: `GET ${path}: ${why}` });
}
