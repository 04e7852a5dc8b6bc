import type { Io } from './io.ts';

/** Says what is being done, from now on, while it lasts. */
export type SayProgress = (what: string) => void;

/** What ends sooner says nothing. */
const QUIET_MS = 1_000;
const TICK_MS = 1_000;
const CLEAR_LINE = '\r\u001b[K';
const MAX_COLUMNS = 100;

/**
 * Runs work with a line on stderr that says what it is at and for how long, once it takes over a second. The line is
 * gone when the work is done. Where stderr is no terminal, or one that cannot rub out a line, nothing is written.
 * @param what as in `reading the configuration of cart-1.shop`
 */
export async function withProgress<T>(io: Io, what: string, work: (say: SayProgress) => Promise<T>): Promise<T> {
  let doing = what;
  if (io.stderr.isTTY !== true || io.env['TERM'] === 'dumb') return work(() => undefined);
  const startedAt = performance.now();
  let shown = false;
  const show = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    shown = true;
    io.stderr.write(`${CLEAR_LINE}${doing.slice(0, MAX_COLUMNS)} … ${seconds} s`);
  };
  let timer = setTimeout(() => {
    show();
    timer = setInterval(show, TICK_MS);
  }, QUIET_MS);
  try {
    return await work((next) => {
      doing = next;
      if (shown) show();
    });
  } finally {
    clearTimeout(timer);
    if (shown) io.stderr.write(CLEAR_LINE);
  }
}
