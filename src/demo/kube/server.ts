import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeServer, listenOnLoopback } from '../http/loopback.ts';
import { authenticate, type User, type Users } from './access.ts';
import { sendJson, sendRefusal } from './answer.ts';
import type { ContainerLog } from './log-stream.ts';
import type { PodPorts } from './pod-ports.ts';
import { answerWithoutSwitching, createPortForwards } from './port-forward.ts';
import { Refusal, tooManyRequests } from './refusal.ts';
import { answerRequest } from './requests.ts';
import type { ObjectStore } from './store.ts';

/** The logs of the node's containers. */
export interface NodeLogFiles {
  /** Undefined for a container that has written nothing. */
  find(container: {
    readonly namespace: string;
    readonly pod: string;
    readonly container: string;
  }): ContainerLog | undefined;
}

export interface KubeServerOptions {
  readonly store: ObjectStore;
  readonly users: Users;
  readonly logs: NodeLogFiles;
  /** What a port-forward can reach; default: nothing listens anywhere. */
  readonly ports?: PodPorts;
}

/** A Kubernetes API on a port of the loopback interface. */
export interface KubeServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Where a client is known by the address alone: kubectl sends no token over plain HTTP. */
  urlFor(token: string): string;
  /** The next requests are answered 429, as by an API server that has too much to do. */
  overload(requests: number): void;
  /** Ends every watch and port-forward in the middle, as a load balancer that restarts. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** The token in front of the path, where there is one. */
const TOKEN_IN_PATH = /^\/as\/([^/]+)(?=\/)/;

export async function startKubeServer(options: KubeServerOptions): Promise<KubeServer> {
  let refusals = 0;
  const forwards = createPortForwards(options.store, options.ports ?? { find: () => undefined });
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      forwards.answer({ user: admit(request), request, socket, head });
    } catch (error) {
      refuse(answerWithoutSwitching(request, socket), error);
    }
  });

  /** The user of a request, of whose path is left what is the API's. @throws Refusal 429, 401 */
  function admit(request: IncomingMessage): User {
    if (refusals > 0) {
      refusals -= 1;
      throw tooManyRequests();
    }
    const [prefix = '', token] = TOKEN_IN_PATH.exec(request.url ?? '') ?? [];
    request.url = request.url?.slice(prefix.length);
    return authenticate(options.users, token === undefined ? request.headers.authorization : `Bearer ${token}`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await answerRequest({ ...options, user: admit(request), request, response });
    } catch (error) {
      refuse(response, error);
    }
  }

  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  return {
    url,
    urlFor: (token) => `${url}/as/${token}`,
    overload: (requests) => {
      refusals = requests;
    },
    dropConnections() {
      forwards.drop();
      server.closeAllConnections();
    },
    close() {
      forwards.drop();
      return closeServer(server);
    },
  };
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof Refusal) {
    sendRefusal(response, error);
    return;
  }
  const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`;
  sendJson(response, 500, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}
