import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { SentConfig } from '../envoy/sent-config.ts';
import { closeServer, listenOnLoopback } from '../http/loopback.ts';
import { sendPieces } from '../http/send-pieces.ts';
import { answerConfigDump } from './config-dump.ts';
import type { Connection, ControlPlaneModel, MeshProxy } from './control-plane.ts';
import { type ProxyCrowd, syncAnswer } from './syncz.ts';
import { goTime } from './xds-nonce.ts';

/** Tokens and what they are good for: `other_namespace` is a good token of somebody who may not look. */
export type DebugTokens = (token: string) => 'granted' | 'other_namespace' | undefined;

export interface IstiodServerOptions {
  /** Pod name. */
  readonly name: string;
  readonly model: ControlPlaneModel;
  readonly crowd: ProxyCrowd;
  readonly tokens: DebugTokens;
  /** `1.30.3`. */
  readonly version: string;
  /** What it would send a proxy that is connected to it. */
  readonly wouldSend: (proxy: MeshProxy) => SentConfig | undefined;
  /** False: as with `ENABLE_DEBUG_ON_HTTP=false`, which leaves out `/debug`. Default true. */
  readonly debugPort?: boolean;
}

/** One istiod's monitoring port. */
export interface IstiodServer {
  readonly port: number;
  /** Answers who comes from the pod itself, as a port-forward does: without a token. */
  readonly local: RequestListener;
  close(): Promise<void>;
}

const LIST =
  '["adsz","adsz?push=true","ambientz","authorizationz","cachez","cachez?clear=true","cachez?sizes=true","clusterz","config_dump","configz","connections","ecdsz","edsz","endpointShardz","endpointz","inject","instancesz","krtz","mcsz","mesh","ndsz","networkz","push_status","pushcontext","registryz","resourcesz","sidecarz","syncz","telemetryz"]';
const TEXT = 'text/plain; charset=utf-8';
const REVISION = '56df41f63e513f834c9a3af33d8aed82d1d961f2';

export async function startIstiodServer(options: IstiodServerOptions): Promise<IstiodServer> {
  const listener = (of: Asked): RequestListener => {
    return (request, response) => void answer(of, request, response).catch(() => response.destroy());
  };
  const server = createServer(listener(options));
  return {
    port: await listenOnLoopback(server),
    local: listener({ ...options, tokens: 'local' }),
    close: () => closeServer(server),
  };
}

/** An istiod, and whether who asks it needs a token. */
interface Asked extends Omit<IstiodServerOptions, 'tokens'> {
  readonly tokens: DebugTokens | 'local';
}

async function answer(options: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/version') return sendText(response, 200, `${options.version}-${REVISION}-Clean`);
  if (pathname === '/metrics') return sendText(response, 200, metrics(options));
  if (!pathname.startsWith('/debug') || options.debugPort === false)
    return sendText(response, 404, '404 page not found\n');
  const refused = refusal(options.tokens, request.headers.authorization);
  // As istiod does it: a status, and not a word more.
  if (refused !== undefined) return sendText(response, refused, '');
  if (pathname === '/debug/config_dump') {
    const { status, text } = answerConfigDump(options, searchParams);
    return sendText(response, status, text, status === 200 ? 'application/json' : TEXT);
  }
  await answerDebug(options, pathname, response);
}

/** 401 without a good token, 403 for one of another namespace than istiod's. */
function refusal(tokens: DebugTokens | 'local', authorization: string | undefined): number | undefined {
  if (tokens === 'local') return undefined;
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const rights = token === undefined ? undefined : tokens(token);
  if (rights === 'granted') return undefined;
  return rights === undefined ? 401 : 403;
}

async function answerDebug(options: Asked, path: string, response: ServerResponse): Promise<void> {
  const pieces = debugPieces(options, path);
  if (pieces === undefined) return sendText(response, 404, '404 page not found\n');
  response.writeHead(200, { 'Content-Type': 'application/json' });
  await sendPieces(response, pieces);
}

function debugPieces({ name, model, crowd }: Asked, path: string): Iterable<string> | undefined {
  const connections = model.connections(name);
  if (path === '/debug/syncz')
    return syncAnswer({ istiod: name, connections, crowd, push: model.version(), visits: model.visits(name) });
  if (path === '/debug/connections') return connectionsAnswer(name, connections, crowd);
  return path === '/debug/list' ? [LIST] : undefined;
}

function* connectionsAnswer(istiod: string, connections: readonly Connection[], crowd: ProxyCrowd): Generator<string> {
  const of = [...Array(crowd.count).keys()].filter((index) => crowd.istiod(index) === istiod);
  yield `{"totalClients":${connections.length + of.length},"clients":[`;
  let separator = '';
  for (const { proxy, number, connectedAtMs, port } of connections) {
    yield separator + client(`${proxy.id}-${number}`, connectedAtMs, `${proxy.address}:${port}`);
    separator = ',';
  }
  for (const index of of) {
    yield separator +
      client(`${crowd.id(index)}-${1000 + index}`, crowd.connectedAtMs, `10.45.0.1:${30_000 + (index % 30_000)}`);
    separator = ',';
  }
  yield ']}\n';
}

function client(connectionId: string, connectedAtMs: number, address: string): string {
  return `{"connectionId":"${connectionId}","connectedAt":"${goTime(connectedAtMs)}","address":"${address}"}`;
}

/** The few series of istiod's own that say something of its proxies. */
function metrics({ name, model, version }: Asked): string {
  const connections = model.connections(name);
  const count = new Map<string, number>();
  for (const { proxy } of connections) count.set(proxy.version, (count.get(proxy.version) ?? 0) + 1);
  return [
    '# HELP istio_build Istio component build info',
    '# TYPE istio_build gauge',
    `istio_build{component="pilot",tag="${version}"} 1`,
    '# HELP pilot_xds Number of endpoints connected to this pilot using XDS.',
    '# TYPE pilot_xds gauge',
    ...[...count].map(([of, proxies]) => `pilot_xds{version="${of}"} ${proxies}`),
    '',
  ].join('\n');
}

function sendText(response: ServerResponse, code: number, text: string, type = TEXT): void {
  const body = Buffer.from(text);
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}
