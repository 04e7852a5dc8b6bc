import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A real HTTP server that answers as kube-apiserver does (test/fixtures/kubeapi), with faults on demand. */
export interface FakeKubeApi {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** A collection at this path; made on first use. */
  collection(path: string, kind?: Partial<CollectionKind>): FakeCollection;
  /** What to answer at this path from now on, instead of a collection; undefined ends it. */
  always(path: string, handler: Handler | undefined): void;
  /** What to answer to the next request at this path; several wait in line. */
  next(path: string, handler: Handler): void;
  /** Resolves with the n-th request (from 1) that matches. */
  seen(matches: (request: SeenRequest) => boolean, count?: number): Promise<SeenRequest>;
  /** Resolves when this holds; looked at after each request and each closed connection. */
  until(done: () => boolean): Promise<void>;
  openConnections(): number;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  stop(): Promise<void>;
}

export interface SeenRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

export interface CollectionKind {
  readonly kind: string;
  readonly apiVersion: string;
  /** Sends a bookmark as soon as a watch is accepted. */
  readonly bookmarks: boolean;
}

type Raw = {
  metadata: { name: string; namespace?: string; resourceVersion?: string } & Record<string, unknown>;
} & Record<string, unknown>;

export interface FakeCollection {
  /** Adds or changes an object, and tells the watchers. */
  put(object: Raw): void;
  delete(name: string, namespace?: string): void;
  /** Sends raw bytes to every watcher. */
  send(bytes: string | Uint8Array): void;
  bookmark(): void;
  /** Ends every watch in good order, or by cutting the connection. */
  endWatches(how?: 'close' | 'reset'): void;
  watchers(): number;
}

const OK = 200;

/** The Status that the API server answers with. */
export function status(code: number, message: string, reason = ''): Handler {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }),
    );
  };
}

/** Plain text, as for an absent kind (404) and for too many requests (429). */
export function plain(code: number, text: string, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', ...headers });
    response.end(`${text}\n`);
  };
}

export function json(body: unknown): Handler {
  return (_request, response) => {
    response.writeHead(OK, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
}

/** Cuts the connection without an answer. */
export const hangUp: Handler = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Takes the request and never answers. */
export const silence: Handler = () => {};

export async function startFakeKubeApi(tls?: ServerOptions): Promise<FakeKubeApi> {
  const requests: SeenRequest[] = [];
  const collections = new Map<string, FakeCollection & { readonly handle: Handler }>();
  const standing = new Map<string, Handler>();
  const queued = new Map<string, Handler[]>();
  const waiters = new Set<() => void>();
  const sockets = new Set<Socket>();

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request: SeenRequest = { path: url.pathname, query: url.searchParams, headers: incoming.headers };
    requests.push(request);
    const handler =
      queued.get(request.path)?.shift() ?? standing.get(request.path) ?? collections.get(request.path)?.handle;
    (handler ?? plain(404, '404 page not found'))(request, response);
    for (const wake of waiters) wake();
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      for (const wake of waiters) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function until(done: () => boolean): Promise<void> {
    while (!done()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiters.add(resolve);
      await promise;
      waiters.delete(resolve);
    }
  }

  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    collection(path, kind) {
      const known =
        collections.get(path) ?? createCollection({ kind: 'Thing', apiVersion: 'v1', bookmarks: true, ...kind });
      collections.set(path, known);
      return known;
    },
    always(path, handler) {
      if (handler === undefined) standing.delete(path);
      else standing.set(path, handler);
    },
    next(path, handler) {
      queued.set(path, [...(queued.get(path) ?? []), handler]);
    },
    async seen(matches, count = 1) {
      await until(() => requests.filter(matches).length >= count);
      return requests.filter(matches)[count - 1]!;
    },
    until,
    openConnections: () => sockets.size,
    allClosed: () => until(() => sockets.size === 0),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function createCollection({
  kind,
  apiVersion,
  bookmarks,
}: CollectionKind): FakeCollection & { readonly handle: Handler } {
  let version = 100;
  const objects = new Map<string, Raw>();
  const log: { readonly version: number; readonly line: string }[] = [];
  const watchers = new Set<ServerResponse>();

  function tell(type: string, object: Raw): void {
    const line = `${JSON.stringify({ type, object: { kind, apiVersion, ...object } })}\n`;
    log.push({ version, line });
    for (const watcher of watchers) watcher.write(line);
  }

  function bookmarkLine(): string {
    return `${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata: { resourceVersion: `${version}` } } })}\n`;
  }

  function list({ query }: SeenRequest, response: ServerResponse): void {
    const from = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? objects.size);
    const items = [...objects.values()].slice(from, from + limit);
    const more = from + limit < objects.size ? { continue: String(from + limit) } : {};
    json({ kind: `${kind}List`, apiVersion, metadata: { resourceVersion: `${version}`, ...more }, items })(
      {} as never,
      response,
    );
  }

  function watch({ query }: SeenRequest, response: ServerResponse): void {
    response.writeHead(OK, { 'content-type': 'application/json' });
    response.flushHeaders();
    const from = Number(query.get('resourceVersion'));
    for (const event of log) if (event.version > from) response.write(event.line);
    if (bookmarks) response.write(bookmarkLine());
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  }

  return {
    handle: (request, response) => (request.query.get('watch') === 'true' ? watch : list)(request, response),
    put(object) {
      version += 1;
      const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: `${version}` } };
      objects.set(key, stored);
      tell(type, stored);
    },
    delete(name, namespace = '') {
      const gone = objects.get(`${namespace}/${name}`);
      if (gone === undefined) return;
      version += 1;
      objects.delete(`${namespace}/${name}`);
      tell('DELETED', { ...gone, metadata: { ...gone.metadata, resourceVersion: `${version}` } });
    },
    send(bytes) {
      for (const watcher of watchers) watcher.write(bytes);
    },
    bookmark() {
      for (const watcher of watchers) watcher.write(bookmarkLine());
    },
    endWatches(how = 'close') {
      for (const watcher of watchers) how === 'close' ? watcher.end() : watcher.socket?.resetAndDestroy();
      watchers.clear();
    },
    watchers: () => watchers.size,
  };
}
