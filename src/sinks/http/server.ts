import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TlsSettings } from '../../model/web-config.ts';
import { limitConnections } from './security/client-connections.ts';
import { createTlsServer } from './security/tls-server.ts';

/** What requests are handed to. */
export type Handler = RequestListener;

/** A server that listens. */
export interface RunningServer {
  /** As `127.0.0.1:19012`, with the real port. */
  readonly address: string;
  /** Takes no more connections, lets answers under way finish, and cuts what is left after the grace period. */
  close(graceMs: number): Promise<void>;
  /** From now on the server proves itself by these; only where it began with TLS. */
  renewTls(settings: TlsSettings): void;
}

export interface ListenOptions {
  readonly host: string | undefined;
  readonly port: number;
  /** Where the address was set, for who has to choose another. */
  readonly setting?: string;
  /** Told of a connection that could not be accepted, as when the process is out of descriptors; the server goes on. */
  readonly onRefused?: (problem: Error) => void;
  /** Absent: plain HTTP. */
  readonly tls?: TlsSettings;
  readonly limits?: Partial<ConnectionLimits>;
}

/** What one client, and all together, may hold of the server. Slower than this is not slow, but an attack or a fault. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Less, so that no one client shuts the others out; an ingress in front is one client. */
  readonly maxOfOneClient: number;
  /** From a connection's first byte to the end of a request's headers. */
  readonly headersMs: number;
  /** To the end of its body, which nobody reads. */
  readonly requestMs: number;
  /** How long a connection may say nothing between requests: longer than Prometheus pauses by default. */
  readonly keepAliveMs: number;
  /** How long it may say nothing in the middle of one: a client that stops reading. */
  readonly silentMs: number;
}

const LIMITS: ConnectionLimits = {
  maxConnections: 512,
  maxOfOneClient: 256,
  headersMs: 10_000,
  requestMs: 15_000,
  keepAliveMs: 75_000,
  silentMs: 120_000,
};

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Listens, with bounds on what a slow or greedy client can hold. @throws ListenError */
export async function startServer(handler: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { host, port, onRefused = () => {} } = options;
  const limits = { ...LIMITS, ...options.limits };
  const secure = options.tls === undefined ? undefined : createTlsServer(options.tls, serverOptions(limits), handler);
  const server: Server = secure?.server ?? createServer(serverOptions(limits), handler);
  server.maxConnections = limits.maxConnections;
  server.on('connection', limitConnections(limits.maxOfOneClient));
  server.setTimeout(limits.silentMs);
  server.listen(host === undefined ? { port } : { port, host });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { setting = '--web.listen-address' } = options;
    throw new ListenError(listenFailure(cause, `${host ?? ''}:${port}`, setting), { cause });
  }
  // Without a listener, one connection that cannot be accepted would end the process.
  server.on('error', onRefused);
  const address = server.address() as AddressInfo;
  return {
    address: `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    renewTls: (settings) => secure?.renew(settings),
    close: async (graceMs) => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => {
        server.closeAllConnections();
        secure?.cut();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function serverOptions({ headersMs, requestMs, keepAliveMs }: ConnectionLimits) {
  return {
    maxHeaderSize: 16 * 1024,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(5000, headersMs / 2),
  };
}

function listenFailure(cause: unknown, address: string, setting: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is taken by another program; stop it, or choose another with ${setting}`;
    case 'EACCES':
      return `${address} needs rights this user has not; choose a port above 1023 with ${setting}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address} is no address of this machine; choose another with ${setting}`;
    default:
      return `cannot listen on ${address}: ${message}`;
  }
}
