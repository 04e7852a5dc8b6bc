import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { authorize, type User } from './access.ts';
import { type ApiPath, readApiPath } from './api-path.ts';
import { objectKey } from './object.ts';
import type { PodPort, PodPorts } from './pod-ports.ts';
import { joinPort } from './port-forward-socket.ts';
import { badRequest, objectNotFound, pageNotFound } from './refusal.ts';
import { findResource } from './resources.ts';
import type { ObjectStore } from './store.ts';

const PROTOCOL = 'v4.channel.k8s.io';
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

/** Forwards ports of pods over WebSocket, one port to a connection, as API server and kubelet do together. */
export function createPortForwards(store: ObjectStore, ports: PodPorts): PortForwards {
  const websockets = new WebSocketServer({
    noServer: true,
    // A client that asks for none of its protocols is switched nonetheless, and then hangs up by itself.
    handleProtocols: (asked) => (asked.has(PROTOCOL) ? PROTOCOL : false),
  });
  return {
    answer({ user, request, socket, head }) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const to = podPortOf(readApiPath(pathname), { store, user, query: searchParams });
      websockets.handleUpgrade(request, socket, head, (websocket) => joinPort(websocket, to, ports.find(to)));
    },
    drop() {
      for (const client of websockets.clients) client.terminate();
    },
  };
}

interface Asker {
  readonly store: ObjectStore;
  readonly user: User;
  readonly query: URLSearchParams;
}

function podPortOf(path: ApiPath | undefined, { store, user, query }: Asker): PodPort {
  if (path === undefined || !isPortForward(path)) throw pageNotFound();
  const { namespace = '', name = '' } = path;
  for (const verb of VERBS) authorize(user, { ...path, verb });
  const pods = findResource('', 'v1', 'pods');
  if (pods === undefined) throw pageNotFound();
  if (store.collection(pods).get(objectKey(namespace, name)) === undefined) throw objectNotFound(pods, name);
  return { namespace, pod: name, port: portOf(query.getAll('ports').flatMap((each) => each.split(','))) };
}

function isPortForward({ group, plural, subresource }: ApiPath): boolean {
  return group === '' && plural === 'pods' && subresource === 'portforward';
}

/** One port to a connection is what the clients of this API server ask for. */
function portOf(asked: readonly string[]): number {
  const [text, ...more] = asked;
  if (text === undefined) throw badRequest('query parameter "ports" is required');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) throw badRequest(`unable to parse ${JSON.stringify(text)} as a port`);
  if (more.length > 0) throw badRequest('this API server forwards one port at a time');
  return port;
}

/** An answer in HTTP on the socket of a request that wanted to switch; the connection ends with it. */
export function answerWithoutSwitching(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => socket.end());
  return response;
}
