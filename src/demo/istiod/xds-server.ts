import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Certificate } from '../tls/certificate.ts';
import { readQuestion, type XdsQuestion } from './xds-wire.ts';

export type XdsStream = ServerDuplexStream<Buffer, Buffer>;

export interface XdsServerOptions {
  readonly certificate: Certificate;
  /** Who may ask, by what they send as `authorization`. */
  readonly admits: (authorization: string | undefined) => boolean;
  /** Told of every stream, before anything else. */
  readonly began?: () => void;
  readonly answer: (stream: XdsStream, question: XdsQuestion, authorization: string | undefined) => void;
}

/** A gRPC server over TLS, on a port of the loopback interface. */
export interface XdsServer {
  readonly port: number;
  /** Cuts all connections. */
  close(): void;
}

/** istiod's port for proxies, as far as it is asked questions there: nothing is pushed. */
export async function startXdsServer({ certificate, admits, began, answer }: XdsServerOptions): Promise<XdsServer> {
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  const streamAggregatedResources = (stream: XdsStream): void => {
    began?.();
    stream.on('error', () => undefined);
    const authorization = stream.metadata.get('authorization')[0]?.toString();
    if (!admits(authorization)) {
      refuseStream(stream, status.UNAUTHENTICATED, 'authentication failure');
      return;
    }
    stream.on('data', (bytes: Buffer) => answer(stream, readQuestion(bytes), authorization));
    stream.on('end', () => stream.end());
  };
  server.addService({ streamAggregatedResources: METHOD }, { streamAggregatedResources });
  const key = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  const port = await bind(server, ServerCredentials.createSsl(null, [key]));
  return { port, close: () => server.forceShutdown() };
}

const METHOD = {
  path: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;

/** Ends a stream with a status. */
export function refuseStream(stream: XdsStream, code: status, details: string): void {
  stream.emit('error', { code, details, metadata: new Metadata() });
}

function bind(server: Server, credentials: ServerCredentials): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  return promise;
}
