import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Hands bytes on to a server, until it is told to hold them back: connections stay open, and nobody answers. */
export interface StallingProxy {
  readonly url: string;
  stall(): void;
  goOn(): void;
  stop(): Promise<void>;
}

export async function startStallingProxy(target: string): Promise<StallingProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isStalled = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.on('data', (bytes: Buffer) => other.write(bytes));
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
      if (isStalled) one.pause();
    }
  });
  const all = (deed: (socket: Socket) => void): void => {
    for (const pair of pairs) for (const socket of pair) deed(socket);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stall() {
      isStalled = true;
      all((socket) => socket.pause());
    },
    goOn() {
      isStalled = false;
      all((socket) => socket.resume());
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      all((socket) => socket.destroy());
      await closed;
    },
  };
}
