import { PassThrough } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with its own streams and environment. */
export async function runCli(
  argv: readonly string[],
  given: { readonly env?: Io['env']; readonly stdin?: string; readonly signal?: AbortSignal } = {},
): Promise<CliResult> {
  const stdin = new PassThrough();
  stdin.end(given.stdin ?? '');
  // As deep as what is written piece by piece: nobody reads before the end.
  const [stdout, stderr] = [new PassThrough({ highWaterMark: 1 << 28 }), new PassThrough()];
  const signal = given.signal ?? new AbortController().signal;
  const code = await runProgram(argv, { stdin, stdout, stderr, env: given.env ?? {}, signal });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return String(stream.read() ?? '');
}
