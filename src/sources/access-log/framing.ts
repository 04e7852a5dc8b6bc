import { readFrame } from './cri.ts';
import type { StreamOrigin } from './scanner.ts';

/** Lines that decide; a copied log may begin in the middle of one. */
const LINES = 20;

/**
 * Whether a log is framed as on a node or bare, by its first lines.
 * @param start the first bytes, more than a line or all there are
 */
export function framingOf(start: Uint8Array): StreamOrigin['framing'] {
  const lines = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('utf8').split('\n', LINES);
  const written = lines.filter((line) => line !== '');
  const framed = written.filter((line) => readFrame(line) !== undefined);
  return framed.length * 2 > written.length ? 'cri' : 'none';
}
