/** A line as the container runtime frames it on the node: `TIME stream TAG text`. */
export interface Framing {
  /** Epoch milliseconds of when the runtime got the line. */
  readonly atMs: number;
  /** Where to break the line in two, as a runtime does with one that does not fit its buffer; 0: not at all. */
  readonly breakAt: number;
}

/** Frames one line without its newline; several frames where it is broken. */
export function frameLine(line: string, { atMs, breakAt }: Framing): string {
  const time = `${new Date(atMs).toISOString().slice(0, -1)}000000Z`;
  if (breakAt <= 0 || breakAt >= line.length) return `${time} stdout F ${line}\n`;
  return `${time} stdout P ${line.slice(0, breakAt)}\n${time} stdout F ${line.slice(breakAt)}\n`;
}
