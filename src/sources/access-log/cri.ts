import { parseLogTime } from './log-time.ts';

/**
 * What a container runtime wrote round a piece of a container's line (CRI log format; Kubernetes, "CRI: Log management
 * for container stdout/stderr streams").
 */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  /** The line goes on in the next frame of this stream. */
  readonly partial: boolean;
  readonly message: string;
}

/** `TIME stdout F message`; further tags may follow the first behind a colon. */
const FRAME = /^(\S+) (stdout|stderr) ([PF])(?::[^ ]*)?(?: |$)/;

/** Takes the frame off; undefined for a line without one. */
export function readFrame(line: string): Frame | undefined {
  const [prefix, time, stream, tag] = FRAME.exec(line) ?? [];
  if (prefix === undefined || time === undefined || parseLogTime(time) === undefined) return undefined;
  return {
    stream: stream === 'stderr' ? 'stderr' : 'stdout',
    partial: tag === 'P',
    message: line.slice(prefix.length),
  };
}
