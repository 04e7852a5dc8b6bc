import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import type { ClientOptions } from 'ws';
import { KubeApiError } from './kube-api.ts';

export interface TunnelNeeds {
  readonly proxyUrl: string;
  /** Base URL of the API server. */
  readonly server: string;
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** A way through a proxy, for one connection. */
export interface Tunnel {
  readonly createConnection: NonNullable<ClientOptions['createConnection']>;
  close(): void;
}

/** Asks an HTTP proxy to connect us with the API server. @throws KubeApiError where it does not want to */
export async function openTunnel({ proxyUrl, server, connectMs, signal }: TunnelNeeds): Promise<Tunnel> {
  const target = new URL(server);
  const secure = target.protocol === 'https:';
  const authority = `${target.hostname}:${target.port || (secure ? '443' : '80')}`;
  const socket = await connected(connectRequest(new URL(proxyUrl), authority, signal), proxyUrl, connectMs);
  return {
    createConnection: ((options: ConnectionOptions) =>
      // An address is no server name (RFC 6066).
      secure ? tlsConnect({ servername: nameOf(target.hostname), ...options, socket }) : socket) as never,
    close: () => socket.destroy(),
  };
}

function nameOf(hostname: string): string {
  return /^[\d.]+$|^\[/.test(hostname) ? '' : hostname;
}

function connectRequest(proxy: URL, authority: string, signal: AbortSignal): ClientRequest {
  const { protocol, hostname, port, username, password } = proxy;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const auth = username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  return send({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...auth },
    agent: false,
    signal,
  });
}

async function connected(request: ClientRequest, proxyUrl: string, connectMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const { host } = new URL(proxyUrl);
  const refused = (why: string): KubeApiError =>
    new KubeApiError({ code: 'refused', detail: `the proxy ${host} does not connect us with the API server: ${why}` });
  const timer = setTimeout(() => {
    const detail = `the proxy ${host} did not answer within ${connectMs} ms`;
    reject(new KubeApiError({ code: 'timeout', afterMs: connectMs, detail }));
    request.destroy();
  }, connectMs);
  request.once('connect', (response: IncomingMessage, socket: Socket) => {
    if (response.statusCode === 200) return resolve(socket);
    socket.destroy();
    reject(refused(`HTTP ${response.statusCode}`));
  });
  // Some answer a refusal with a body, which Node then takes for an answer.
  request.once('response', (response) => {
    response.destroy();
    reject(refused(`HTTP ${response.statusCode}`));
  });
  request.on('error', (error: NodeJS.ErrnoException) => reject(refused(error.code ?? error.message)));
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
