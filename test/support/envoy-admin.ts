import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DumpJson, readDumpJson } from './envoy-dump.ts';

/** A server that answers as the admin port of an Envoy does, out of a recording. */
export interface ReplayedAdmin {
  readonly port: number;
  /** `METHOD PATH` of every request. */
  readonly asked: readonly string[];
  readonly loggers: Map<string, string>;
  stop(): Promise<void>;
}

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

/** @param recording `healthy/POD`; its dump may be changed before it is answered */
export async function startAdmin(
  recording: string,
  change: (dump: DumpJson) => DumpJson = (dump) => dump,
): Promise<ReplayedAdmin> {
  const dump = change(await readDumpJson(`${recording}.envoy`));
  const clusters = await readDumpJson(`${recording}.clusters`);
  const asked: string[] = [];
  const names = ['admin', 'config', 'connection', 'http', 'http2', 'jwt', 'pool', 'rbac', 'router', 'upstream'];
  const loggers = new Map([...names.map((name) => [name, 'warning'] as const), ['misc', 'error']]);
  const server = createServer(({ method, url = '/' }, response) => {
    asked.push(`${method} ${url}`);
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname === '/config_dump') return answerDump(dump, searchParams, response);
    if (pathname === '/clusters') return void response.end(JSON.stringify(clusters));
    if (pathname !== '/logging') return void response.writeHead(404).end('invalid path.');
    if (method !== 'POST') return void response.writeHead(405).end(`Method ${method} not allowed, POST required.`);
    answerLogging(loggers, searchParams, response);
  });
  return { port: await listen(server), asked, loggers, stop: () => stop(server) };
}

function answerDump({ configs }: DumpJson, query: URLSearchParams, response: ServerResponse): void {
  const all = configs.filter((each) => query.has('include_eds') || !String(each['@type']).includes('EndpointsConfig'));
  const mask = query.get('mask')?.split(',');
  if (mask === undefined) return void response.end(JSON.stringify({ configs: all }));
  // A section that has a field of a mask has all of Istio's masks.
  const masked = all
    .filter((each) => mask.some((field) => field in each))
    .map((each) => Object.fromEntries(['@type', ...mask].flatMap((key) => (key in each ? [[key, each[key]]] : []))));
  if (masked.length > 0) return void response.end(JSON.stringify({ configs: masked }));
  response.writeHead(400).end(`FieldMask ${mask.join(',')} could not be successfully applied to any configs.`);
}

/** All of a request's changes, or none of them, as Envoy has it. */
function answerLogging(loggers: Map<string, string>, query: URLSearchParams, response: ServerResponse): void {
  const paths = query.get('paths');
  const level = query.get('level');
  const changes =
    level !== null
      ? [...loggers.keys()].map((name) => [name, level])
      : paths === null
        ? [...query]
        : paths.split(',').map((each) => each.split(':'));
  const wrong = changes.some(([name = '']) => !loggers.has(name))
    ? 'unknown logger name'
    : changes.some(([, wanted = '']) => !LEVELS.includes(wanted))
      ? 'unknown logger level'
      : undefined;
  if (wrong === undefined) for (const [name = '', wanted = ''] of changes) loggers.set(name, wanted);
  else response.writeHead(400).write(`error: ${wrong}\n\n`);
  const lines = [...loggers].map(([name, each]) => `  ${name}: ${each}\n`);
  response.end(`active loggers:\n${lines.toSorted().join('')}\n`);
}

/** What istiod says of a proxy in `/debug/syncz`: all acknowledged, or nothing of the last push. */
export type SyncWord = 'synced' | 'stale';

/**
 * A server that answers `/debug/config_dump` as istiod does: of its own proxies alone, and without a token.
 * @param syncz what it says of proxies, by `POD.NAMESPACE`, in `/debug/syncz`
 */
export async function startIstiodDumps(
  recordings: Readonly<Record<string, string>>,
  syncz: Readonly<Record<string, SyncWord>> = {},
): Promise<ReplayedAdmin> {
  const dumps = new Map<string, DumpJson>();
  for (const [pod, name] of Object.entries(recordings)) dumps.set(pod, await readDumpJson(`${name}.istiod`));
  const asked: string[] = [];
  const server = createServer(({ method, url = '/' }, response) => {
    asked.push(`${method} ${url}`);
    if (url.split('?')[0] === '/debug/syncz')
      return void response.end(JSON.stringify(Object.entries(syncz).map(syncRow)));
    if (url === '/version') return void response.end('1.30.3-abcdef0-Clean');
    const dump = dumps.get(new URL(url, 'http://localhost').searchParams.get('proxyID') ?? '');
    if (dump !== undefined) return void response.end(JSON.stringify(dump));
    response.writeHead(404).end(NOT_CONNECTED);
  });
  return { port: await listen(server), asked, loggers: new Map(), stop: () => stop(server) };
}

function syncRow([proxy, word]: readonly [string, SyncWord]): object {
  const sentTime = new Date().toISOString();
  const type = { sent: 'n2', acked: word === 'synced' ? 'n2' : 'n1', sentTime };
  const kinds = ['cluster.v3.Cluster', 'listener.v3.Listener'];
  const resources = Object.fromEntries(kinds.map((kind) => [`type.googleapis.com/envoy.config.${kind}`, type]));
  return { cluster_id: 'Kubernetes', proxy, proxy_type: 'sidecar', istio_version: '1.30.3', resources };
}

const NOT_CONNECTED = 'Proxy not connected to this Pilot instance. It may be connected to another instance.\n';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
