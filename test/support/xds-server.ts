import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { makeCertificate, type TestCertificate } from './certificate.ts';

/** A question as an istiod reads it. */
export interface SeenQuestion {
  readonly typeUrl: string;
  readonly names: readonly string[];
  readonly node: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

export type XdsStream = ServerDuplexStream<Buffer, Buffer>;
/** What is done about a question. */
export type XdsAnswer = (stream: XdsStream, question: SeenQuestion) => void;

/** A real gRPC server over TLS that speaks istiod's debug types as a test says. */
export interface XdsServer {
  readonly port: number;
  readonly address: string;
  readonly ca: TestCertificate;
  readonly seen: SeenQuestion[];
  /** Streams begun so far. */
  streams(): number;
  /** Connections taken so far. */
  connections(): number;
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
  readonly ca?: TestCertificate;
  /** Default: signed by the CA, for istiod's name. */
  readonly certificate?: TestCertificate;
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
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  server.addService(
    { streamAggregatedResources: METHOD },
    {
      streamAggregatedResources(stream: XdsStream) {
        streams++;
        stream.on('error', () => undefined);
        const authorization = stream.metadata.get('authorization')[0]?.toString();
        if (token !== undefined && authorization !== `Bearer ${token}`) {
          return refuse(stream, status.UNAUTHENTICATED, 'authentication failure');
        }
        stream.on('data', (bytes: Buffer) => {
          const question = { ...readQuestion(bytes), authorization };
          seen.push(question);
          // istiod says nothing to a type that it does not know.
          handlers.get(question.typeUrl)?.(stream, question);
        });
        stream.on('end', () => stream.end());
      },
    },
  );
  const key = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  const inner = await bind(server, ServerCredentials.createSsl(null, [key]));
  const front = await startFront(inner, options);
  return {
    port: front.port,
    address: `127.0.0.1:${front.port}`,
    ca,
    seen,
    streams: () => streams,
    connections: front.connections,
    on: (typeUrl, answer) => void handlers.set(typeUrl, answer),
    cut: front.cut,
    async stop() {
      server.forceShutdown();
      await front.stop();
    },
  };
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

function bind(server: Server, credentials: ServerCredentials): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  return promise;
}

interface Front {
  readonly port: number;
  connections(): number;
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
  return (stream) => refuse(stream, code, details);
}

function refuse(stream: XdsStream, code: status, details: string): void {
  stream.emit('error', { code, details, metadata: new Metadata() });
}

function readQuestion(bytes: Uint8Array): Omit<SeenQuestion, 'authorization'> {
  const names: string[] = [];
  let [typeUrl, node, metadata]: [string, string, Record<string, string>] = ['', '', {}];
  for (const [field, part] of fieldsOf(bytes)) {
    if (field === 2) {
      for (const [inner, value] of fieldsOf(part)) {
        if (inner === 1) node = text(value);
        else if (inner === 3) metadata = Object.fromEntries(fieldsOf(value).map(([, entry]) => structEntry(entry)));
      }
    } else if (field === 3) names.push(text(part));
    else if (field === 4) typeUrl = text(part);
  }
  return { typeUrl, names, node, metadata };
}

function structEntry(entry: Uint8Array): readonly [string, string] {
  const [[, key] = [0, EMPTY], [, value] = [0, EMPTY]] = fieldsOf(entry);
  const [[, written] = [0, EMPTY]] = fieldsOf(value);
  return [text(key), text(written)];
}

const EMPTY = new Uint8Array();

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function fieldsOf(bytes: Uint8Array): (readonly [field: number, value: Uint8Array])[] {
  const reader = new BinaryReader(bytes);
  const fields: (readonly [number, Uint8Array])[] = [];
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    fields.push([field, reader.bytes()]);
  }
  return fields;
}

/** A DiscoveryResponse, each resource wrapped in an Any. */
export function discoveryResponse(typeUrl: string, values: readonly Uint8Array[], identifier?: string): Buffer {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string('2026-11-21T02:25:54Z/6');
  for (const value of values) {
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(typeUrl);
    writer.tag(2, WireType.LengthDelimited).bytes(value).join();
  }
  writer.tag(4, WireType.LengthDelimited).string(typeUrl);
  if (identifier !== undefined) {
    writer.tag(6, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(identifier).join();
  }
  return Buffer.from(writer.finish());
}
