import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Tests name recordings as a newcomer in this folder would. */
const FOLDER = fileURLToPath(new URL('../fixtures/', import.meta.url));

export interface ProcessRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/**
 * Runs `meshladder …` as a process of its own, in `test/fixtures`.
 * @param stdin what it reads there
 * @param env beside PATH: a kubeconfig or colours of the machine that runs the tests must not decide
 */
export function runProcess(
  args: readonly string[],
  stdin = '',
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessRun> {
  const child = startProcess(args, env);
  child.stdin.on('error', () => undefined).end(stdin);
  return ended(child);
}

/** What a program gets of this environment, whatever else decides over it: where programs are, and what is compiled. */
export function ofEveryProcess(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}

/** The same, still running. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], {
    cwd: FOLDER,
    env: { ...ofEveryProcess(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** What a process has said when it ends. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<ProcessRun> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { stdout, stderr, code };
}
