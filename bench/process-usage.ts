import { readFileSync } from 'node:fs';

/** What the kernel has counted of a process. */
export interface ProcessUsage {
  readonly residentBytes: number;
  /** The most that it ever held. */
  readonly peakBytes: number;
  /** Of all its threads, since its start. */
  readonly cpuSeconds: number;
}

const TICKS_PER_SECOND = 100;

/** Zeros where the system does not say. */
export function usageOf(pid: number): ProcessUsage {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytes = (name: string): number => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
    return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM'), cpuSeconds: cpuSecondsOf(pid) };
  } catch {
    return { residentBytes: 0, peakBytes: 0, cpuSeconds: 0 };
  }
}

/** proc(5): the 14th and 15th field, counted behind the name, which may hold blanks. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
