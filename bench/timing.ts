import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setInterval } from 'node:timers';

export interface Run {
  readonly seconds: number;
  /** The most memory it held at once, as far as sampling saw; 0 where the system does not say. */
  readonly residentBytes: number;
}

const SAMPLE_EVERY_MS = 25;

/**
 * Runs one program from start to end, its output in a file: some programs do less when they see that nobody reads.
 * @throws Error with the end of its stderr when it fails
 */
export async function timeProgram(
  command: readonly string[],
  outputPath: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Run> {
  const [program = '', ...args] = command;
  const output = openSync(outputPath, 'w');
  try {
    const started = process.hrtime.bigint();
    const child = spawn(program, args, { stdio: ['ignore', output, 'pipe'], env });
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => {
      stderr = (stderr + text.toString()).slice(-2000);
    });
    let residentBytes = 0;
    const sampler = setInterval(() => {
      residentBytes = Math.max(residentBytes, peakOf(child.pid));
    }, SAMPLE_EVERY_MS);
    try {
      await finish(child, () => `${command.join(' ')}: ${stderr}`);
      return { seconds: Number(process.hrtime.bigint() - started) / 1e9, residentBytes };
    } finally {
      clearInterval(sampler);
    }
  } finally {
    closeSync(output);
  }
}

function finish(child: ReturnType<typeof spawn>, explain: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}: ${explain()}`))));
  });
}

/** The kernel's own high-water mark, so that one late sample tells all. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('there is no median of nothing');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
