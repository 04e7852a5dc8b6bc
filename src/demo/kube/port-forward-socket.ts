import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { PodPort } from './pod-ports.ts';

/** The first port's channels (Kubernetes, pkg/kubelet/cri/streaming/portforward/websocket.go). */
const DATA = 0;
const ERROR = 1;

/** Joins a forwarding socket with what listens in the pod; it ends when either side ends. */
export function joinPort(websocket: WebSocket, to: PodPort, listener: RequestListener | undefined): void {
  websocket.on('error', () => websocket.terminate());
  // Both channels begin with the port they belong to, whatever comes of it.
  websocket.send(portFrame(DATA, to.port));
  websocket.send(portFrame(ERROR, to.port));
  if (listener === undefined) refuse(websocket, to);
  else speakHttp(pipeOf(websocket), listener);
}

/** As the runtime says it and the kubelet hands it on; both end the connection themselves. */
function refuse(websocket: WebSocket, { namespace, pod, port }: PodPort): void {
  const id = Buffer.from(`${pod}.${namespace}`).toString('hex').padEnd(64, '0').slice(0, 64);
  const refused = (family: number, host: string): string =>
    `dial tcp${family} ${host}:${port}: connect: connection refused`;
  const why = `failed to connect to localhost:${port} inside namespace "${id}", IPv4: ${refused(4, '127.0.0.1')} IPv6 ${refused(6, '[::1]')} `;
  const words = `error forwarding port ${port} to pod ${id}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${id.slice(0, 8)}": ${why}`;
  websocket.send(frame(ERROR, Buffer.from(words)));
  websocket.close();
}

/** An HTTP server of one connection, which no port is needed for. */
function speakHttp(connection: Duplex, listener: RequestListener): void {
  createServer(listener).emit('connection', connection as Socket);
}

/** The data channel as the pod's side of a connection. */
function pipeOf(websocket: WebSocket): Duplex {
  const connection = new Duplex({
    read: () => websocket.resume(),
    write: (chunk: Buffer, _encoding, done) => websocket.send(frame(DATA, chunk), (error) => done(error ?? null)),
    final: (done) => {
      websocket.close();
      done();
    },
    destroy: (error, done) => {
      websocket.close();
      done(error);
    },
  });
  websocket.on('message', (message: RawData, isBinary: boolean) => {
    // Binary frames come as one Buffer unless asked for otherwise.
    const bytes = message as Buffer;
    if (!isBinary || bytes[0] !== DATA) return;
    if (!connection.push(bytes.subarray(1))) websocket.pause();
  });
  websocket.on('close', () => connection.destroy());
  connection.on('error', () => undefined);
  return connection;
}

function portFrame(channel: number, port: number): Buffer {
  return frame(channel, Buffer.from([port & 0xff, port >> 8]));
}

function frame(channel: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([channel]), payload]);
}
