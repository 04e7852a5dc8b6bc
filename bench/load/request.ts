import { Agent, request } from 'node:http';

export interface Timed {
  readonly status: number;
  readonly ms: number;
  readonly body: Buffer;
}

/** A connection of its own for each request: none waits for another. */
const agent = new Agent({ keepAlive: false });

/** Asks, and tells how long it took until the last byte was here. */
export function timedGet(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Timed> {
  const { promise, resolve, reject } = Promise.withResolvers<Timed>();
  const startedMs = performance.now();
  request(url, { agent, headers }, (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('error', reject);
    response.on('end', () => {
      const ms = performance.now() - startedMs;
      resolve({ status: response.statusCode ?? 0, ms, body: Buffer.concat(pieces) });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}
