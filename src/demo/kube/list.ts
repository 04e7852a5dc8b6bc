import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Entry } from './collection.ts';
import { type ListPosition, readToken, writeToken } from './continue-token.ts';
import type { KubeObject } from './object.ts';
import { expiredToken, expiredVersion, unreadableVersion, versionTooLarge } from './refusal.ts';
import { listHead, type Shown, showItem } from './representation.ts';
import { type Wanted, wantedBy } from './selectors.ts';

/** One LIST request. */
export interface ListRequest {
  readonly collection: Collection;
  /** Only objects of this namespace. */
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly shown: Shown;
  /** The store's newest version. */
  readonly newest: number;
}

/** How long a list waits for a version that is not there yet, before it gives up with 504. */
const FUTURE_WAIT_MS = 3000;

/**
 * Answers a list, piece by piece, so that ten thousand objects are never one string.
 * @throws Refusal before the first piece
 */
export async function answerList(
  request: ListRequest,
  futureWaitMs: number = FUTURE_WAIT_MS,
): Promise<Iterable<string>> {
  const wanted = wantedBy(request.shown.resource, request.query);
  const position = await startOf(request, futureWaitMs);
  const found = objectsBehind(request, position);
  return pieces(request, position, selectPage(found, wanted, pageSize(request.query)));
}

/** Where the list begins, and as of which version. */
async function startOf({ query, newest }: ListRequest, futureWaitMs: number): Promise<ListPosition> {
  const token = query.get('continue');
  if (token !== null && token !== '') return readToken(token);
  const asked = readVersion(query.get('resourceVersion'));
  if (asked > newest) {
    await sleep(futureWaitMs);
    throw versionTooLarge(asked, newest);
  }
  const exact = query.get('resourceVersionMatch') === 'Exact';
  return { version: exact ? asked : newest, after: '' };
}

/** A version as the query has it; none is 0. @throws Refusal 500 for what is no number */
export function readVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d{1,15}$/.test(text)) throw unreadableVersion(text);
  return Number(text);
}

function objectsBehind({ collection, namespace, newest }: ListRequest, { version, after }: ListPosition): Entry[] {
  const entries = collection.entries(version === -1 ? newest : version);
  if (entries === undefined) {
    throw after === '' ? expiredVersion() : expiredToken(writeToken({ version: -1, after }));
  }
  const prefix = namespace === undefined ? '' : `${namespace}/`;
  return entries.filter(({ key }) => key.startsWith(prefix) && (after === '' || key > prefix + after));
}

/** With `resourceVersion=0` the answer comes from the watch cache, which ignores `limit`. */
function pageSize(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 0);
  const cached = query.get('resourceVersion') === '0' && !query.get('continue');
  return cached || !(limit > 0) ? Number.POSITIVE_INFINITY : Math.floor(limit);
}

interface Page {
  readonly objects: readonly Entry[];
  readonly wanted: Wanted | undefined;
  readonly isLast: boolean;
  /** Objects behind the page; not known with a selector. */
  readonly remaining?: number;
}

function selectPage(found: readonly Entry[], wanted: Wanted | undefined, limit: number): Page {
  if (wanted === undefined) {
    const objects = found.length > limit ? found.slice(0, limit) : found;
    const remaining = found.length - objects.length;
    return { objects, wanted, isLast: remaining === 0, remaining };
  }
  const objects: Entry[] = [];
  for (const entry of found) {
    if (!wanted(entry.read())) continue;
    if (objects.length === limit) return { objects, wanted, isLast: false };
    objects.push(entry);
  }
  return { objects, wanted, isLast: true };
}

function* pieces(request: ListRequest, { version }: ListPosition, page: Page): Generator<string> {
  const { kind, apiVersion } = listHead(request.shown);
  const metadata = listMetadata(request, version, page);
  yield `${JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1)},"items":[`;
  let separator = '';
  for (const entry of page.objects) {
    yield separator + JSON.stringify(showItem(request.shown, entry.read() as KubeObject));
    separator = ',';
  }
  yield ']}\n';
}

function listMetadata({ namespace, newest }: ListRequest, version: number, page: Page): object {
  const resourceVersion = String(version === -1 ? newest : version);
  const last = page.objects.at(-1);
  if (page.isLast || last === undefined) return { resourceVersion };
  const after = namespace === undefined ? last.key : last.key.slice(namespace.length + 1);
  return {
    resourceVersion,
    continue: writeToken({ version, after }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
}
