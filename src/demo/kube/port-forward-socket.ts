import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Duplex, pipeline } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { type ChannelCoding, codingOf } from './channel-coding.ts';
import type { PodListener, PodPort } from './pod-ports.ts';

/** One port of a forwarding socket, and what listens there. */
export interface JoinedPort {
  readonly to: PodPort;
  /** Undefined: nothing does. */
  readonly listener: PodListener | undefined;
}

/** Sends bytes on one channel of the socket. */
type Send = (channel: number, payload: Uint8Array, done?: (error?: Error | null) => void) => void;

/**
 * Joins a forwarding socket with what listens in the pod: to the first port belong channel 0 for data and 1 for errors,
 * to the next 2 and 3 (Kubernetes, kubelet's `portforward/websocket.go`). It ends when either side ends, whichever port.
 */
export function joinPorts(websocket: WebSocket, ports: readonly JoinedPort[]): void {
  const coding = codingOf(websocket.protocol);
  websocket.on('error', () => websocket.terminate());
  const send: Send = (channel, payload, done) => websocket.send(coding.encode(channel, payload), done);
  // Every channel begins with the port it belongs to, whatever comes of it.
  for (const [index, { to }] of ports.entries()) {
    send(2 * index, portBytes(to.port));
    send(2 * index + 1, portBytes(to.port));
  }
  for (const [index, { to, listener }] of ports.entries()) {
    if (listener === undefined) refuse(websocket, to, (words) => send(2 * index + 1, words));
    else joinListener(pipeOf(websocket, { channel: 2 * index, coding, send }), listener);
  }
}

/** As the runtime says it and the kubelet hands it on; both end the connection themselves. */
function refuse(websocket: WebSocket, { namespace, pod, port }: PodPort, say: (words: Uint8Array) => void): void {
  const id = Buffer.from(`${pod}.${namespace}`).toString('hex').padEnd(64, '0').slice(0, 64);
  const refused = (family: number, host: string): string =>
    `dial tcp${family} ${host}:${port}: connect: connection refused`;
  const why = `failed to connect to localhost:${port} inside namespace "${id}", IPv4: ${refused(4, '127.0.0.1')} IPv6 ${refused(6, '[::1]')} `;
  const words = `error forwarding port ${port} to pod ${id}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${id.slice(0, 8)}": ${why}`;
  say(Buffer.from(words));
  websocket.close();
}

function joinListener(connection: Duplex, listener: PodListener): void {
  // An HTTP server of one connection needs no port.
  if (typeof listener === 'function') createServer(listener).emit('connection', connection as Socket);
  else joinPort(connection, listener.tcp);
}

/** Both ends go when one goes. */
function joinPort(connection: Duplex, port: number): void {
  const socket = connect(port, '127.0.0.1');
  pipeline(connection, socket, () => socket.destroy());
  pipeline(socket, connection, () => connection.destroy());
}

interface Pipe {
  readonly channel: number;
  readonly coding: ChannelCoding;
  readonly send: Send;
}

/** A data channel as the pod's side of a connection. */
function pipeOf(websocket: WebSocket, { channel, coding, send }: Pipe): Duplex {
  const connection = new Duplex({
    read: () => websocket.resume(),
    write: (chunk: Buffer, _encoding, done) => send(channel, chunk, (error) => done(error ?? null)),
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
    // Frames come as one Buffer unless asked for otherwise.
    const frame = coding.decode(message as Buffer, isBinary);
    if (frame?.channel === channel && !connection.push(frame.payload)) websocket.pause();
  });
  websocket.on('close', () => connection.destroy());
  connection.on('error', () => undefined);
  return connection;
}

function portBytes(port: number): Buffer {
  return Buffer.from([port & 0xff, port >> 8]);
}
