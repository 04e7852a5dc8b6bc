import type { Socket } from 'node:net';
import { clientOf } from './client-of.ts';

/** Leaves room for others: a connection of a client that holds its share already is ended at once. */
export function limitConnections(mostOfOneClient: number): (socket: Socket) => void {
  const held = new Map<string, number>();
  return (socket) => {
    const client = clientOf(socket.remoteAddress);
    const others = held.get(client) ?? 0;
    if (others >= mostOfOneClient) {
      socket.destroy();
      return;
    }
    held.set(client, others + 1);
    socket.once('close', () => {
      const left = (held.get(client) ?? 1) - 1;
      if (left === 0) held.delete(client);
      else held.set(client, left);
    });
  };
}
