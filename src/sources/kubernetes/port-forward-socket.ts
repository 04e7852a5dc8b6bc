import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import type { PodPort } from '../pod-port.ts';
import type { TlsMaterial } from './kube-access.ts';
import { readBounded } from './kube-connection.ts';
import { handshakeFailed, PROTOCOL, upgradeRefused } from './port-forward-failure.ts';
import { openTunnel, type Tunnel } from './port-forward-proxy.ts';

/** What one forwarding socket needs. */
export interface SocketNeeds {
  /** Base URL of the API server. */
  readonly server: string;
  readonly proxyUrl?: string;
  readonly to: PodPort;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** A kubelet sends 32 KiB at a time. */
const MAX_FRAME_BYTES = 16 << 20;
const MAX_STATUS_BYTES = 64 << 10;
const MAX_STATUS_MS = 5_000;

/** Resolves when the API server has switched to WebSocket. @throws KubeApiError */
export async function openSocket(needs: SocketNeeds): Promise<WebSocket> {
  const { server, to, signal, connectMs } = needs;
  const path = `/api/v1/namespaces/${encodeURIComponent(to.namespace)}/pods/${encodeURIComponent(to.pod)}/portforward`;
  const url = `${server.replace(/^http/, 'ws')}${path}?ports=${to.port}`;
  let tunnel: Tunnel | undefined;
  try {
    tunnel = needs.proxyUrl === undefined ? undefined : await openTunnel({ ...needs, proxyUrl: needs.proxyUrl });
    return await opened(new WebSocket(url, PROTOCOL, optionsOf(needs, tunnel)), needs, path);
  } catch (error) {
    tunnel?.close();
    signal.throwIfAborted();
    throw handshakeFailed(to, error, connectMs);
  }
}

function optionsOf({ headers, tls, connectMs }: SocketNeeds, tunnel: Tunnel | undefined): ClientOptions {
  return {
    headers,
    ...tls,
    handshakeTimeout: connectMs,
    maxPayload: MAX_FRAME_BYTES,
    // Compressing what the API server only passes on would cost it, and us, for nothing.
    perMessageDeflate: false,
    followRedirects: false,
    ...(tunnel !== undefined && { createConnection: tunnel.createConnection }),
  };
}

async function opened(socket: WebSocket, { to, signal }: SocketNeeds, path: string): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const giveUp = (): void => {
    reject(signal.reason as Error);
    socket.terminate();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  // Nothing may come before somebody listens: the stream resumes it.
  socket.once('open', () => {
    socket.pause();
    resolve(socket);
  });
  // Stays, so that a socket that is given up errs without anybody hearing of it.
  socket.on('error', reject);
  socket.once('unexpected-response', (_request, response: IncomingMessage) => {
    void refusal(response, to, path).then((error) => {
      reject(error);
      socket.terminate();
    });
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function refusal(response: IncomingMessage, to: PodPort, path: string): Promise<Error> {
  const timer = setTimeout(() => response.destroy(), MAX_STATUS_MS);
  const text = await readBounded(response, MAX_STATUS_BYTES, path).catch(() => '');
  clearTimeout(timer);
  response.destroy();
  return upgradeRefused(to, path, {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    retryAfter: response.headers['retry-after'],
    text,
  });
}
