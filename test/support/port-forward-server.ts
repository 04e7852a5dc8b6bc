import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** Where a port of a pod leads, or what goes wrong on the way. */
export type Lead =
  /** To a TCP port of this machine; nothing needs to listen there. */
  | { readonly kind: 'tcp'; readonly port: number; readonly cutAfterBytes?: number }
  /** The API server answers with this status in place of switching. */
  | { readonly kind: 'status'; readonly status: number; readonly body: string; readonly type?: string }
  /** Switches, and sends these frames; then nothing more, or closes with a code. */
  | { readonly kind: 'frames'; readonly frames: readonly (Uint8Array | string)[]; readonly close?: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Switches to WebSocket without the protocol asked for. */
  | { readonly kind: 'other_protocol' };

/** A request as it came. */
export interface SeenForward {
  readonly pod: string;
  readonly port: number;
  readonly headers: IncomingMessage['headers'];
}

/** A real server that forwards ports as kube-apiserver and a kubelet do, and answers GETs with objects it was given. */
export interface PortForwardServer {
  readonly url: string;
  readonly seen: readonly SeenForward[];
  /** What it answers at a path; of a list that is given, only what the label selector takes. */
  readonly objects: Map<string, unknown>;
  /** @param pod `POD.NAMESPACE` */
  lead(pod: string, port: number, to: Lead): void;
  /** Answers 401 where this returns false. */
  allow: (headers: IncomingMessage['headers']) => boolean;
  /** Called with each request to switch, before it is answered. */
  onUpgrade: (request: IncomingMessage) => void;
  openSockets(): number;
  /** Resolves when no forwarding socket is open. */
  allClosed(): Promise<void>;
  stop(): Promise<void>;
}

const PORT_FORWARD = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward$/;

export async function startPortForwardServer(tls?: ServerOptions): Promise<PortForwardServer> {
  const leads = new Map<string, Lead>();
  const seen: SeenForward[] = [];
  const sockets = new Set<Socket>();
  const forwards = new Set<WebSocket>();
  const waiters = new Set<() => void>();
  const objects = new Map<string, unknown>();
  const listener = (request: IncomingMessage, response: import('node:http').ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const found = objects.get(url.pathname);
    const status = found === undefined ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(found === undefined ? statusOf(404, `${url.pathname} not found`) : selected(found, url)),
    );
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const websockets = new WebSocketServer({ noServer: true, handleProtocols: (asked) => [...asked][0] ?? false });
  const anyProtocol = new WebSocketServer({ noServer: true, handleProtocols: () => false });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const self: PortForwardServer = {
    url: '',
    seen,
    objects,
    lead: (pod, port, to) => void leads.set(`${pod}:${port}`, to),
    allow: () => true,
    onUpgrade: () => {},
    openSockets: () => forwards.size,
    async allClosed() {
      while (forwards.size > 0) await new Promise<void>((resolve) => waiters.add(resolve));
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    self.onUpgrade(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, namespace, name] = PORT_FORWARD.exec(url.pathname) ?? [];
    const port = Number(url.searchParams.get('ports'));
    const pod = `${name}.${namespace}`;
    seen.push({ pod, port, headers: request.headers });
    const lead = leads.get(`${pod}:${port}`) ?? missing(pod, leads);
    if (!self.allow(request.headers)) refuse(socket, { kind: 'status', status: 401, body: 'Unauthorized' });
    else if (lead.kind === 'status') refuse(socket, lead);
    else if (lead.kind !== 'silent') {
      const switching = lead.kind === 'other_protocol' ? anyProtocol : websockets;
      switching.handleUpgrade(request, socket, head, (websocket) => {
        forwards.add(websocket);
        websocket.on('error', () => {});
        websocket.on('close', () => {
          forwards.delete(websocket);
          for (const wake of waiters) wake();
        });
        if (lead.kind === 'frames') sendFrames(websocket, lead);
        else if (lead.kind === 'tcp') forward(websocket, pod, port, lead);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(self, { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` });
}

/** Nothing listens on other ports of a pod that is there. */
function missing(pod: string, leads: ReadonlyMap<string, Lead>): Lead {
  if ([...leads.keys()].some((key) => key.startsWith(`${pod}:`))) return { kind: 'tcp', port: 1 };
  return { kind: 'status', status: 404, body: statusText(404, `pods "${pod.split('.')[0]}" not found`) };
}

export function statusText(code: number, message: string): string {
  return JSON.stringify(statusOf(code, message));
}

function statusOf(code: number, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
}

function refuse(socket: Duplex, { status, body, type }: Extract<Lead, { kind: 'status' }>): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${type ?? (body.startsWith('{') ? 'application/json' : 'text/plain')}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function frame(channel: number, payload: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]);
}

/** The first frame of a channel. */
export function portFrame(channel: number, port: number): Buffer {
  return frame(channel, Buffer.from([port & 0xff, port >> 8]));
}

function sendFrames(websocket: WebSocket, { frames, close }: Extract<Lead, { kind: 'frames' }>): void {
  for (const each of frames) websocket.send(each);
  if (close === 1006) websocket.terminate();
  else if (close !== undefined) websocket.close(close);
}

/** As a kubelet does it: ports first, then bytes; what went wrong goes to the error channel. */
function forward(websocket: WebSocket, pod: string, port: number, lead: Extract<Lead, { kind: 'tcp' }>): void {
  websocket.send(portFrame(0, port));
  websocket.send(portFrame(1, port));
  const { cutAfterBytes = Number.POSITIVE_INFINITY } = lead;
  let sent = 0;
  const target = connect(lead.port, '127.0.0.1');
  target.on('data', (chunk: Buffer) => {
    websocket.send(frame(0, chunk.subarray(0, Math.max(0, cutAfterBytes - sent))));
    sent += chunk.length;
    if (sent >= cutAfterBytes) websocket.terminate();
  });
  target.on('error', (error) => {
    const words = `error forwarding port ${port} to pod ${pod}, uid : failed to execute portforward in network namespace: `;
    websocket.send(
      frame(
        1,
        `${words}failed to connect to localhost:${port}: ${error.message.replace('ECONNREFUSED', 'connection refused')}`,
      ),
    );
  });
  target.on('close', () => websocket.close());
  websocket.on('message', (data: Buffer) => {
    if (data[0] === 0) target.write(data.subarray(1));
  });
  websocket.on('close', () => target.destroy());
}

interface Listed {
  readonly items?: readonly { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }[];
}

function selected(object: unknown, url: URL): unknown {
  const { items } = object as Listed;
  const selector = url.searchParams.get('labelSelector');
  if (items === undefined || selector === null) return object;
  const wanted = selector.split(',').map((each) => each.split('='));
  const some = items.filter(({ metadata }) => wanted.every(([key = '', value]) => metadata.labels?.[key] === value));
  return { ...(object as object), items: some };
}
