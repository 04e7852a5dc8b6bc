import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { status } from '@grpc/grpc-js';
import { refuseStream, startXdsServer as startGrpc, type XdsStream } from '../../src/demo/istiod/xds-server.ts';
import { discoveryResponse, type XdsQuestion } from '../../src/demo/istiod/xds-wire.ts';
import { type Certificate, makeCertificate } from '../../src/demo/tls/certificate.ts';

/** A question, and by whose right it was asked. */
export interface SeenQuestion extends XdsQuestion {
  readonly authorization: string | undefined;
}

/** What is done about a question. */
export type XdsAnswer = (stream: XdsStream, question: SeenQuestion) => void;

/** A real gRPC server over TLS that speaks istiod's debug types as a test says. */
export interface XdsServer {
  readonly port: number;
  readonly address: string;
  readonly ca: Certificate;
  readonly seen: SeenQuestion[];
  /** Streams begun so far. */
  streams(): number;
  /** Connections taken so far. */
  connections(): number;
  /** Connections that are open now. */
  open(): number;
  on(typeUrl: string, answer: XdsAnswer): void;
  /** Cuts all connections. */
  cut(): void;
  stop(): Promise<void>;
}

export const SERVER_NAME = 'istiod.istio-system.svc';
export const DEBUG = 'istio.io/debug';
export const STATUS = 'istio.io/debug/syncz';

export interface XdsServerOptions {
  readonly answers?: Readonly<Record<string, XdsAnswer>>;
  readonly ca?: Certificate;
  /** Default: signed by the CA, for istiod's name. */
  readonly certificate?: Certificate;
  readonly token?: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** So many bytes go out every 10 ms. Default: all there are. */
  readonly drip?: number;
}

export async function startXdsServer(options: XdsServerOptions = {}): Promise<XdsServer> {
  const { ca = makeCertificate('mesh CA'), answers = {}, token } = options;
  const certificate = options.certificate ?? makeCertificate('istiod', ca, [], { names: [SERVER_NAME] });
  const handlers = new Map(Object.entries(answers));
  const seen: SeenQuestion[] = [];
  let streams = 0;
  const inner = await startGrpc({
    certificate,
    admits: (authorization) => token === undefined || authorization === `Bearer ${token}`,
    began: () => {
      streams++;
    },
    answer(stream, asked, authorization) {
      const question = { ...asked, authorization };
      seen.push(question);
      // What it does not know an istiod answers with nothing, or with an empty message.
      handlers.get(question.typeUrl)?.(stream, question);
    },
  });
  const front = await startFront(inner.port, options);
  return {
    port: front.port,
    address: `127.0.0.1:${front.port}`,
    ca,
    seen,
    streams: () => streams,
    connections: front.connections,
    open: front.open,
    on: (typeUrl, answer) => void handlers.set(typeUrl, answer),
    cut: front.cut,
    async stop() {
      inner.close();
      await front.stop();
    },
  };
}

interface Front {
  readonly port: number;
  connections(): number;
  open(): number;
  cut(): void;
  stop(): Promise<void>;
}

/** Counts connections on their way to the server, and can cut them. */
async function startFront(to: number, { port = 0, drip }: XdsServerOptions): Promise<Front> {
  const open = new Set<Socket>();
  let connections = 0;
  const front = createTcpServer((socket) => {
    connections++;
    const behind = connect(to, '127.0.0.1');
    for (const each of [socket, behind]) {
      open.add(each);
      each
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(each);
          socket.destroy();
          behind.destroy();
        });
    }
    socket.pipe(behind);
    if (drip === undefined) behind.pipe(socket);
    else behind.pipe(dripping(drip)).pipe(socket);
  });
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
  return {
    port: (front.address() as { readonly port: number }).port,
    connections: () => connections,
    // Each is two sockets, before and behind.
    open: () => open.size / 2,
    cut,
    async stop() {
      const closed = new Promise((resolve) => front.close(resolve));
      cut();
      await closed;
    },
  };
}

function dripping(bytes: number): Transform {
  return new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length && !this.destroyed; at += bytes) {
        this.push(chunk.subarray(at, at + bytes));
        await sleep(10);
      }
      done();
    },
  });
}

/** Answers a body of the debug port. */
export function debugBody(body: string | Buffer): XdsAnswer {
  return (stream, { typeUrl }) => void stream.write(discoveryResponse(typeUrl, [Buffer.from(body)]));
}

/** Answers ClientConfigs, and who istiod is. */
export function clientConfigs(configs: readonly Uint8Array[], identifier?: string): XdsAnswer {
  return (stream, { typeUrl }) => void stream.write(discoveryResponse(typeUrl, configs, identifier));
}

/** Ends the stream with a status. */
export function refusal(code: status, details: string): XdsAnswer {
  return (stream) => refuseStream(stream, code, details);
}
