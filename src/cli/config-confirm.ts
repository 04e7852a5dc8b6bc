import { createInterface } from 'node:readline';
import type { Io } from './io.ts';

/** Whether there is somebody to ask. */
export function canAsk({ stdin, stderr }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks on the terminal. Anything but `y` or `yes` is no, and so is the end of the input. */
export async function confirm(question: string, { stdin, stderr, signal }: Io): Promise<boolean> {
  // Not as a terminal: that would take Ctrl-C for itself.
  const lines = createInterface({ input: stdin, terminal: false });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const giveUp = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  lines.once('line', resolve);
  lines.once('close', () => resolve(''));
  stderr.write(`${question} [y/N] `);
  try {
    return /^\s*y(es)?\s*$/i.test(await promise);
  } finally {
    signal.removeEventListener('abort', giveUp);
    lines.close();
  }
}
