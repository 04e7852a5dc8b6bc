import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../../../model/web-config.ts';
import { admitsClient } from './client-certificate.ts';
import { asksForCertificate, tlsOptions } from './tls-options.ts';

/** A server that speaks TLS, and can change what it says. */
export interface TlsServer {
  readonly server: Server;
  /** For connections from now on. Where another client is trusted than before, those that are open end. */
  renew(settings: TlsSettings): void;
  /** Ends every connection at once. */
  cut(): void;
}

/** What Node's server asks of each connection; it reads them anew each time (lib/internal/tls/wrap.js). */
type Asking = Server & { requestCert: boolean };

export function createTlsServer(first: TlsSettings, options: ServerOptions, handler: RequestListener): TlsServer {
  let settings = first;
  const server = createServer(
    {
      ...options,
      ...tlsOptions(first),
      // The handshake of a slow client may take as long as its headers.
      handshakeTimeout: options.headersTimeout,
      requestCert: asksForCertificate(first),
      // Who may stay is our own decision below, since more than one policy has to be held.
      rejectUnauthorized: false,
    },
    handler,
  ) as Asking;
  // Those amid their handshake too, which Node's own `closeAllConnections` does not know.
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  // Before the server reads a first request from it.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (!admitsClient(settings, socket)) socket.destroy();
  });
  return {
    server,
    cut,
    renew: (next) => {
      server.setSecureContext(tlsOptions(next));
      server.requestCert = asksForCertificate(next);
      const before = settings;
      settings = next;
      if (!trustsTheSame(before, next)) cut();
    },
  };
}

function trustsTheSame(one: TlsSettings, other: TlsSettings): boolean {
  const trust = ({ clientAuth, clientCa, allowedSans }: TlsSettings): string =>
    JSON.stringify([clientAuth, clientCa, allowedSans]);
  return trust(one) === trust(other);
}
