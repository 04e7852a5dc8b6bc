import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as breathe } from 'node:timers/promises';

/** Pieces are sent together up to about this size. */
const PACKET_CHARACTERS = 64 * 1024;

/** Sends pieces as fast as the reader takes them, lets others have their turn in between, and ends the answer. */
export async function sendPieces(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let packet = '';
  for (const piece of pieces) {
    packet += piece;
    if (packet.length < PACKET_CHARACTERS) continue;
    // Whoever goes away while he is waited for takes nothing any more; the signal leaves no listener behind.
    if (!response.write(packet)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    if (response.destroyed) return;
    packet = '';
    await breathe();
  }
  response.end(packet);
}
