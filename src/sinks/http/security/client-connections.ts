import type { Socket } from 'node:net';
import { clientOf } from './client-of.ts';
import { createClientShares } from './client-shares.ts';

/** Leaves room for others: a connection of a client that holds its share already is ended at once. */
export function limitConnections(mostOfOneClient: number): (socket: Socket) => void {
  const places = createClientShares({ ofOne: mostOfOneClient });
  return (socket) => {
    const giveBack = places.take(clientOf(socket.remoteAddress));
    if (giveBack === undefined) socket.destroy();
    else socket.once('close', giveBack);
  };
}
