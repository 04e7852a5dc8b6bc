import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as breathe } from 'node:timers/promises';

/** Pieces are sent together up to about this size. */
const PACKET_CHARACTERS = 64 * 1024;

/** Sends pieces as fast as the reader takes them, lets others have their turn in between, and ends the answer. */
export async function sendPieces(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  let packet = '';
  for (const piece of pieces) {
    packet += piece;
    if (packet.length < PACKET_CHARACTERS) continue;
    if (response.destroyed) return;
    if (!response.write(packet)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    packet = '';
    await breathe();
  }
  response.end(packet);
}
