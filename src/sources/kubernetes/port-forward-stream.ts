import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { PodPort } from '../pod-port.ts';
import { brokenFrame, connectionCut, forwardRefused } from './port-forward-failure.ts';

/** Each port has two channels, numbered from 0 (Kubernetes, pkg/kubelet portforward/websocket.go). */
const DATA = 0;
const ERROR = 1;
const PORT_BYTES = 2;
const CHANNEL = Buffer.from([DATA]);
/** Closed in good order: with a code that says so, or without one. */
const ORDERLY = new Set([1000, 1001, 1005]);

/**
 * The one port of a forwarding socket as a stream. It ends where the pod closes the connection in good order, and errs
 * (KubeApiError) where the connection is cut, or the kubelet tells on the error channel what is wrong.
 */
export function streamOf(socket: WebSocket, to: PodPort): Duplex {
  const open = new Set<number>();
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([CHANNEL, chunk]), done);
    },
    // The protocol cannot close one direction alone: a request ends by its own framing.
    final: (done) => done(),
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    const [channel, payload] = [data[0], data.subarray(1)];
    if (!isBinary || (channel !== DATA && channel !== ERROR)) stream.destroy(brokenFrame(to));
    // Some servers open a channel with a frame that holds nothing.
    else if (payload.length > 0) take(channel, payload);
  });
  function take(channel: number, payload: Buffer): void {
    const isFirst = !open.has(channel);
    open.add(channel);
    if (isFirst && !isPort(payload, to.port)) stream.destroy(brokenFrame(to));
    else handOn(channel, payload.subarray(isFirst ? PORT_BYTES : 0));
  }
  function handOn(channel: number, payload: Buffer): void {
    if (payload.length === 0) return;
    if (channel === ERROR) stream.destroy(forwardRefused(to, payload.toString('utf8')));
    else if (!stream.push(payload)) socket.pause();
  }
  socket.on('error', (cause) => stream.destroy(connectionCut(to, cause)));
  socket.on('close', (code) => {
    if (ORDERLY.has(code)) stream.push(null);
    else stream.destroy(connectionCut(to, undefined));
  });
  return stream;
}

/** The first frame of a channel begins with its port, two bytes, little-endian. */
function isPort(payload: Buffer, port: number): boolean {
  return payload.length >= PORT_BYTES && payload.readUInt16LE(0) === port;
}
