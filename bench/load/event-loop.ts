/** A time in which the event loop did nothing else. */
export interface Block {
  /** When it ended, in epoch milliseconds. */
  readonly endedAtMs: number;
  readonly wallMs: number;
  /** How much of it the thread was computing; for the rest the machine did something else. */
  readonly cpuMs: number;
}

/** The probe writes its blocks here, in the folder for temporary files, again and again. */
export const PROBE_FILE = 'event-loop.json';
/** Shorter ones are not worth noting. */
export const MIN_BLOCK_MS = 5;
