import { type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { authorize, type User } from './access.ts';
import { type ApiPath, readApiPath } from './api-path.ts';
import { PROTOCOLS } from './channel-coding.ts';
import { objectKey } from './object.ts';
import type { PodPort, PodPorts } from './pod-ports.ts';
import { joinPorts } from './port-forward-socket.ts';
import { badRequest, objectNotFound, pageNotFound, Refusal } from './refusal.ts';
import { findResource } from './resources.ts';
import type { ObjectStore } from './store.ts';

/** Since Kubernetes 1.35 a forward over WebSocket needs both, though its request is a GET. */
const VERBS = ['get', 'create'] as const;
const MAX_PORT = 65_535;

/** A request to switch to another protocol, of a known user. */
export interface UpgradeExchange {
  readonly user: User;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** The forwards that are open. */
export interface PortForwards {
  /** @throws Refusal when it is not served and nothing has been sent yet */
  answer(exchange: UpgradeExchange): void;
  /** Cuts every forward in the middle. */
  drop(): void;
}

/** Forwards ports of pods over WebSocket, as API server and kubelet do together. */
export function createPortForwards(store: ObjectStore, ports: PodPorts): PortForwards {
  const websockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (asked) => PROTOCOLS.find((protocol) => asked.has(protocol)) ?? false,
  });
  return {
    answer({ user, request, socket, head }) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const asked = podPortsOf(readApiPath(pathname), { store, user, query: searchParams, headers: request.headers });
      const joined = asked.map((to) => ({ to, listener: ports.find(to) }));
      websockets.handleUpgrade(request, socket, head, (websocket) => joinPorts(websocket, joined));
    },
    drop() {
      for (const client of websockets.clients) client.terminate();
    },
  };
}

/** Who asks for none is given the first; who asks for others alone is turned away, without a word but for kubectl. */
function refuseOtherProtocols({ upgrade = '', 'sec-websocket-protocol': header }: IncomingHttpHeaders): void {
  const asked = header?.split(',').map((each) => each.trim()) ?? [];
  if (/^SPDY/i.test(upgrade) || asked.some((each) => each.startsWith('SPDY/'))) throw badRequest(NO_SPDY);
  if (asked.length > 0 && !asked.some((each) => PROTOCOLS.includes(each))) throw new Refusal({ text: '', code: 403 });
}

const NO_SPDY =
  'the demo does not forward ports by SPDY, as kubectl asks; meshladder config, diff, compare and trace look into its proxies';

interface Asker {
  readonly store: ObjectStore;
  readonly user: User;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

function podPortsOf(path: ApiPath | undefined, { store, user, query, headers }: Asker): readonly PodPort[] {
  if (path === undefined || !isPortForward(path)) throw pageNotFound();
  const { namespace = '', name = '' } = path;
  for (const verb of VERBS) authorize(user, { ...path, verb });
  const pods = findResource('', 'v1', 'pods');
  if (pods === undefined) throw pageNotFound();
  const pod = store.collection(pods).get(objectKey(namespace, name))?.read();
  if (pod === undefined) throw objectNotFound(pods, name);
  if ((pod['spec'] as { readonly nodeName?: string } | undefined)?.nodeName === undefined) {
    throw badRequest(`pod ${name} does not have a host assigned`);
  }
  refuseOtherProtocols(headers);
  const ports = query.getAll('ports').flatMap((each) => each.split(','));
  if (ports.length === 0) throw notForwardable('query parameter "port" is required');
  return ports.map((port) => ({ namespace, pod: name, port: portOf(port) }));
}

function isPortForward({ group, plural, subresource }: ApiPath): boolean {
  return group === '' && plural === 'pods' && subresource === 'portforward';
}

/** As the kubelet reads it, which speaks plain text. */
function portOf(text: string): number {
  const port = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (text === '') throw notForwardable('query parameter "port" cannot be empty');
  if (Number.isNaN(port)) throw notForwardable(unreadable(text, 'invalid syntax'));
  if (port > MAX_PORT) throw notForwardable(unreadable(text, 'value out of range'));
  if (port < 1) throw notForwardable(`port "${text}" must be > 0`);
  return port;
}

function unreadable(text: string, why: string): string {
  const quoted = JSON.stringify(text);
  return `unable to parse ${quoted} as a port: strconv.ParseUint: parsing ${quoted}: ${why}`;
}

function notForwardable(text: string): Refusal {
  return new Refusal({ text, code: 400 });
}

/** An answer in HTTP on the socket of a request that wanted to switch; the connection ends with it. */
export function answerWithoutSwitching(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => socket.end());
  return response;
}
