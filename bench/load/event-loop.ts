import type { Profiler } from 'node:inspector';
import process from 'node:process';

/** A time in which the event loop did nothing else. */
export interface Block {
  /** When it ended, on the clock of `process.hrtime`, which all processes of a machine share. */
  readonly endedAtMs: number;
  readonly wallMs: number;
  /** How much of it the thread was computing; for the rest the machine did something else. */
  readonly cpuMs: number;
}

/** The probe writes its blocks here, in the folder for temporary files, again and again. */
export const PROBE_FILE = 'event-loop.json';
/** What the thread did, where it was asked for: written here when the process ends. */
export const PROFILE_FILE = 'event-loop.cpuprofile';
/** What the thread did in all its time. */
export interface Profile {
  readonly cpu: Profiler.Profile;
  /** Pauses of the collector of garbage. */
  readonly collections: readonly {
    /** On the clock of `process.hrtime`. */
    readonly startedAtMs: number;
    readonly ms: number;
    /** Of `perf_hooks.constants`, as `NODE_PERFORMANCE_GC_MAJOR`. */
    readonly kind: number;
  }[];
}

/** Shorter ones are not worth noting. */
export const MIN_BLOCK_MS = 5;

/** Now, on the clock of `process.hrtime`. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
