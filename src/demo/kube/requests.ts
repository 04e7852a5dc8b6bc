import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as breathe } from 'node:timers/promises';
import { sendPieces } from '../http/send-pieces.ts';
import { authorize, type User } from './access.ts';
import { commonHeaders, openStream, sendJson } from './answer.ts';
import { type ApiPath, readApiPath } from './api-path.ts';
import { discover } from './discovery.ts';
import { createLease, replaceLease } from './leases.ts';
import { answerList } from './list.ts';
import { readLogOptions } from './log-options.ts';
import { streamLog } from './log-stream.ts';
import { objectKey } from './object.ts';
import { badRequest, methodNotAllowed, objectNotFound, pageNotFound, resourceNotFound } from './refusal.ts';
import { chooseRepresentation, type Shown, showObject } from './representation.ts';
import { findResource, GROUPS, RESOURCES, type Resource } from './resources.ts';
import type { KubeServerOptions } from './server.ts';
import { prepareWatch } from './watch.ts';

/** One request of a known user. */
export interface Exchange extends KubeServerOptions {
  readonly user: User;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update' };
/** A Lease is small; anything longer is no Lease. */
const MAX_BODY_BYTES = 1 << 20;

/** @throws Refusal when it is not served and nothing has been sent yet */
export async function answerRequest(exchange: Exchange): Promise<void> {
  const { request, response, user } = exchange;
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const found = request.method === 'GET' ? discover(pathname) : undefined;
  if (found !== undefined) {
    sendJson(response, 200, found);
    return;
  }
  const path = readApiPath(pathname);
  if (path === undefined) throw pageNotFound();
  authorize(user, { ...path, verb: verbOf(request.method, path, query) });
  const resource = findResource(path.group, path.version, path.plural);
  if (resource === undefined) throw isBuiltIn(path.group) ? resourceNotFound() : pageNotFound();
  if (request.method === 'GET') await answerGet(exchange, resource, path, query);
  else await answerWrite(exchange, resource, path);
}

function verbOf(method: string | undefined, path: ApiPath, query: URLSearchParams): string {
  if (method !== 'GET') return VERBS[method ?? ''] ?? 'patch';
  if (path.name !== undefined) return 'get';
  return isWatch(query) ? 'watch' : 'list';
}

function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === 'true' || query.get('watch') === '1';
}

/** The router of custom resources answers in plain text, that of built-in groups by a Status. */
function isBuiltIn(group: string): boolean {
  return group === '' || (GROUPS.has(group) && RESOURCES.some((each) => each.group === group && !each.custom));
}

async function answerGet(exchange: Exchange, resource: Resource, path: ApiPath, query: URLSearchParams): Promise<void> {
  const { request, response, store } = exchange;
  if (path.subresource === 'log') return answerLog(exchange, resource, path, query);
  if (path.subresource === 'portforward') throw badRequest('Upgrade request required');
  const shown = { resource, version: path.version, representation: chooseRepresentation(request.headers.accept) };
  const { namespace, name } = path;
  if (name !== undefined) {
    const entry = store.collection(resource).get(objectKey(namespace, name));
    if (entry === undefined || path.subresource !== undefined) throw objectNotFound(resource, name);
    sendJson(response, 200, showObject(shown, entry.read()));
    return;
  }
  if (isWatch(query)) return answerWatch(exchange, shown, namespace, query);
  const collection = store.collection(resource);
  const pieces = await answerList({ collection, namespace, query, shown, newest: store.version() });
  response.writeHead(200, { ...commonHeaders(), 'Content-Type': 'application/json' });
  await sendPieces(response, pieces);
}

function answerWatch(
  { response, store }: Exchange,
  shown: Shown,
  namespace: string | undefined,
  query: URLSearchParams,
): void {
  const collection = store.collection(shown.resource);
  const start = prepareWatch({ collection, namespace, query, shown, newest: store.version });
  openStream(response, 'application/json');
  const stop = start({ write: (line) => response.write(line), end: () => response.end() });
  response.once('close', stop);
}

async function answerLog(
  exchange: Exchange,
  resource: Resource,
  { namespace = '', name = '' }: ApiPath,
  query: URLSearchParams,
): Promise<void> {
  const { response, store, logs } = exchange;
  const pod = store.collection(resource).get(objectKey(namespace, name))?.read();
  if (resource.plural !== 'pods' || pod === undefined) throw objectNotFound(resource, name);
  const options = readLogOptions(pod, query, Date.now());
  if ((pod['spec'] as { nodeName?: string } | undefined)?.nodeName === undefined) {
    response.writeHead(204, commonHeaders()).end();
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  openStream(response, 'text/plain');
  const log = logs.find({ namespace, pod: name, container: options.container });
  if (log !== undefined) {
    for await (const chunk of streamLog(log, options, gone.signal)) {
      if (gone.signal.aborted) return;
      response.write(chunk);
      await breathe();
    }
  }
  response.end();
}

async function answerWrite({ request, response, store }: Exchange, resource: Resource, path: ApiPath): Promise<void> {
  if (resource.plural !== 'leases' || path.namespace === undefined || path.subresource !== undefined) {
    throw methodNotAllowed();
  }
  const shown: Shown = { resource, version: path.version, representation: 'full' };
  if (request.method === 'POST' && path.name === undefined) {
    const created = createLease(store, path.namespace, await readBody(request));
    sendJson(response, 201, showObject(shown, created));
  } else if (request.method === 'PUT' && path.name !== undefined) {
    const replaced = replaceLease(store, path.namespace, await readBody(request));
    sendJson(response, 200, showObject(shown, replaced));
  } else {
    throw methodNotAllowed();
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw badRequest('the request body is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw badRequest(`the object provided is unrecognized: ${cause instanceof Error ? cause.message : 'no JSON'}`);
  }
}
