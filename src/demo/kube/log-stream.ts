import type { LogOptions } from './log-options.ts';
import { createLogReader } from './log-reader.ts';

/** A container's log on the node, as the kubelet sees it. */
export interface ContainerLog {
  /** The file being written; older ones are renamed away. */
  readonly file: string;
  /** Called after each write and each rotation; returns how to stop. */
  onChange(listener: () => void): () => void;
}

/**
 * What the kubelet sends of a log: lines without their CRI frame, from the current file alone; with `follow`, all that
 * is written behind it, over rotations, until `signal` aborts.
 */
export async function* streamLog(log: ContainerLog, options: LogOptions, signal: AbortSignal): AsyncGenerator<Buffer> {
  const unframe = createUnframer(options);
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const framed of readLog(log, options, signal)) {
    const shown = Buffer.from(unframe(framed), 'utf8').subarray(0, left);
    left -= shown.length;
    if (shown.length > 0) yield shown;
    if (left <= 0) return;
  }
}

/** Whole lines in their frames: first those that are there, then whatever comes. */
async function* readLog(log: ContainerLog, options: LogOptions, signal: AbortSignal): AsyncGenerator<string> {
  const bell = createBell(log, signal);
  const reader = createLogReader(log.file);
  try {
    yield lastLines(await reader.read(), options.tailLines);
    while (options.follow && !signal.aborted) {
      const text = await reader.read();
      if (text === '') await bell.heard();
      else yield text;
    }
  } finally {
    bell.stop();
    await reader.close();
  }
}

interface Bell {
  /** Resolves at the next ring, or at once when it rang since the last time. */
  heard(): Promise<void>;
  stop(): void;
}

function createBell(log: ContainerLog, signal: AbortSignal): Bell {
  let next = Promise.withResolvers<void>();
  const ring = (): void => next.resolve();
  const unsubscribe = log.onChange(ring);
  signal.addEventListener('abort', ring, { once: true });
  return {
    async heard() {
      await next.promise;
      next = Promise.withResolvers<void>();
    },
    stop() {
      unsubscribe();
      signal.removeEventListener('abort', ring);
    },
  };
}

/** The last lines of what is there at the beginning. */
function lastLines(text: string, tailLines: number | undefined): string {
  if (tailLines === undefined) return text;
  const lines = text.split('\n').slice(0, -1);
  const last = tailLines === 0 ? [] : lines.slice(-tailLines);
  return last.map((line) => `${line}\n`).join('');
}

const FRAME = /^(\S+) std(?:out|err) ([PF]) (.*)$/;

/** Takes CRI frames off: `TIME stream P|F text`. A partial line goes on without a break and without another time stamp. */
function createUnframer({ timestamps, sinceMs = 0 }: LogOptions): (framed: string) => string {
  let inside = false;
  const show = (line: string): string => {
    const [, time = '', tag, text = ''] = FRAME.exec(line) ?? [];
    if (tag === undefined || Date.parse(time) < sinceMs) return '';
    const stamp = timestamps && !inside ? `${time} ` : '';
    inside = tag === 'P';
    return stamp + text + (inside ? '' : '\n');
  };
  return (framed) => framed.split('\n').slice(0, -1).map(show).join('');
}
