import type { Collection } from './collection.ts';
import type { StoreEvent } from './event-log.ts';
import { readVersion } from './list.ts';
import type { KubeObject } from './object.ts';
import { invalid, type StatusBody, statusObject } from './refusal.ts';
import { bookmark, type Shown, showObject } from './representation.ts';
import { type Wanted, wantedBy } from './selectors.ts';

/** One WATCH request. */
export interface WatchRequest {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly shown: Shown;
  /** The store's newest version. */
  readonly newest: () => number;
}

/** Where events go: one JSON line each. `end` closes the answer in good order. */
export interface WatchSink {
  write(line: string): void;
  end(): void;
}

/** A real server sends one about every minute, and one shortly before it ends the watch. */
const BOOKMARK_EVERY_MS = 55_000;
const BOOKMARK_BEFORE_END_MS = 2_000;
/** Without `timeoutSeconds` a watch lives between half an hour and an hour (kube-apiserver --min-request-timeout). */
const DEFAULT_TIMEOUT_SECONDS = 1800;

/** Where a watch begins: with what there is, or behind a version. */
type Beginning = { readonly kind: 'state' } | { readonly kind: 'after'; readonly version: number };

/**
 * Checks a watch request; the function returned starts it and returns how to stop it.
 * @throws Refusal before the answer begins; a version that is too old is an event inside of it
 */
export function prepareWatch(request: WatchRequest): (sink: WatchSink) => () => void {
  const wanted = wantedBy(request.shown.resource, request.query);
  const beginning = beginningOf(request.query);
  return (sink) => startWatch({ ...request, wanted, beginning, sink });
}

function beginningOf(query: URLSearchParams): Beginning {
  const version = readVersion(query.get('resourceVersion'));
  if (query.get('sendInitialEvents') === 'true') {
    if (query.get('resourceVersionMatch') === 'NotOlderThan') return { kind: 'state' };
    throw invalid({
      what: 'ListOptions.meta.k8s.io',
      kind: 'ListOptions',
      group: 'meta.k8s.io',
      name: '',
      field: 'resourceVersionMatch',
      reason: 'FieldValueForbidden',
      message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    });
  }
  return version === 0 ? { kind: 'state' } : { kind: 'after', version };
}

interface Watch extends WatchRequest {
  readonly wanted: Wanted | undefined;
  readonly beginning: Beginning;
  readonly sink: WatchSink;
}

function startWatch(watch: Watch): () => void {
  const { collection, query, sink, newest } = watch;
  if (!sendBeginning(watch)) {
    sink.end();
    return () => undefined;
  }
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const mark = (): void => sink.write(line('BOOKMARK', bookmark(watch.shown, { resourceVersion: String(newest()) })));
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const unsubscribe = collection.subscribe((event) => send(watch, event));
  const timers = [setTimeout(() => finish(), seconds * 1000)];
  if (bookmarks) {
    timers.push(setInterval(mark, BOOKMARK_EVERY_MS));
    timers.push(setTimeout(mark, Math.max(0, seconds * 1000 - BOOKMARK_BEFORE_END_MS)));
  }
  const stop = (): void => {
    unsubscribe();
    for (const timer of timers) clearTimeout(timer);
  };
  const finish = (): void => {
    stop();
    sink.end();
  };
  return stop;
}

/** Sends what comes before the live events; false when the watch is over with it. */
function sendBeginning(watch: Watch): boolean {
  const { beginning, collection, sink, newest } = watch;
  if (beginning.kind === 'state') {
    sendState(watch);
    return true;
  }
  const missed = collection.since(beginning.version);
  if (missed === undefined) {
    const message = `too old resource version: ${beginning.version} (${newest()})`;
    const status: StatusBody = { message, reason: 'Expired', code: 410 };
    sink.write(line('ERROR', statusObject(status)));
    return false;
  }
  for (const event of missed) send(watch, event);
  return true;
}

function sendState({ collection, query, shown, namespace, wanted, sink, newest }: Watch): void {
  for (const { read } of collection.entries() ?? []) {
    const object = read();
    if (!isIn(namespace, object) || wanted?.(object) === false) continue;
    sink.write(line('ADDED', showObject(shown, object)));
  }
  if (query.get('sendInitialEvents') !== 'true' || query.get('allowWatchBookmarks') !== 'true') return;
  const metadata = { resourceVersion: String(newest()), annotations: { 'k8s.io/initial-events-end': 'true' } };
  sink.write(line('BOOKMARK', bookmark(shown, metadata)));
}

function send({ namespace, wanted, beginning, shown, sink }: Watch, event: StoreEvent): void {
  // A watch that begins in the future is silent until then.
  if (beginning.kind === 'after' && event.version <= beginning.version) return;
  if (!isIn(namespace, event.object)) return;
  const seen = wanted === undefined ? event : throughSelector(event, wanted);
  if (seen !== undefined) sink.write(line(seen.type, showObject(shown, seen.object)));
}

/**
 * With a selector, an object that begins to match is ADDED, and one that no longer does is DELETED: as it last matched,
 * at the version at which it stopped. Undefined for what the watch does not see.
 */
function throughSelector(event: StoreEvent, wanted: Wanted): Pick<StoreEvent, 'type' | 'object'> | undefined {
  const matches = event.type !== 'DELETED' && wanted(event.object);
  const before = event.previous !== undefined && wanted(event.previous) ? event.previous : undefined;
  if (matches) return { type: before === undefined ? 'ADDED' : 'MODIFIED', object: event.object };
  if (before === undefined) return undefined;
  const { resourceVersion = '' } = event.object.metadata;
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion } } };
}

function isIn(namespace: string | undefined, { metadata }: KubeObject): boolean {
  return namespace === undefined || metadata.namespace === namespace;
}

function line(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR', object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
