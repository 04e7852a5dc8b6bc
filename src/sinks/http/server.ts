import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens. */
export interface RunningServer {
  /** As `127.0.0.1:19012`, with the real port. */
  readonly address: string;
  /** Takes no more connections, lets answers under way finish, and cuts what is left after the grace period. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string | undefined;
  readonly port: number;
  /** Told of a connection that could not be accepted, as when the process is out of descriptors; the server goes on. */
  readonly onRefused?: (problem: Error) => void;
}

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Listens, with bounds on what a slow or greedy client can hold. @throws ListenError */
export async function startServer(handler: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { host, port, onRefused = () => {} } = options;
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 5000,
    },
    handler,
  );
  server.maxConnections = 512;
  // A client that stops reading.
  server.setTimeout(120_000);
  server.listen(host === undefined ? { port } : { port, host });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ListenError(listenFailure(cause, `${host ?? ''}:${port}`), { cause });
  }
  // Without a listener, one connection that cannot be accepted would end the process.
  server.on('error', onRefused);
  const address = server.address() as AddressInfo;
  return {
    address: `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: async (graceMs) => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function listenFailure(cause: unknown, address: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is taken by another program; stop it, or choose another with --web.listen-address`;
    case 'EACCES':
      return `${address} needs rights this user has not; choose a port above 1023 with --web.listen-address`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address} is no address of this machine; choose another with --web.listen-address`;
    default:
      return `cannot listen on ${address}: ${message}`;
  }
}
