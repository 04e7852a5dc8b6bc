import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type ProcessUsage, usageOf } from '../process-usage.ts';
import { type Block, PROBE_FILE } from './event-loop.ts';

/** The embedded mesh in one process, and the exporter that watches it in another, with a probe in its event loop. */
export interface DemoProcess {
  /** Where the exporter serves. */
  readonly url: string;
  /** What the probe has seen so far, the oldest first. */
  blocks(): readonly Block[];
  /** Of the exporter alone. */
  usage(): ProcessUsage;
  stop(): Promise<void>;
}

export interface DemoOptions {
  readonly proxies: number;
  /** Beside the probe, a profiler in the exporter. */
  readonly profile: boolean;
}

const START_PATIENCE_MS = 60_000;
const MAIN = fileURLToPath(new URL('probed-main.ts', import.meta.url));
const PROFILED_MAIN = fileURLToPath(new URL('profiled-main.ts', import.meta.url));

/**
 * Starts both, and waits until the exporter listens.
 * @param folder for everything they write
 * @throws Error with what they said when they do not start
 */
export async function startDemo(folder: string, { proxies, profile }: DemoOptions): Promise<DemoProcess> {
  const args = [profile ? PROFILED_MAIN : MAIN, 'demo', '--proxies', String(proxies), '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  };
  try {
    const url = await listeningUrl(child);
    const probe = () =>
      JSON.parse(readFileSync(join(folder, PROBE_FILE), 'utf8')) as { pid: number; blocks: readonly Block[] };
    return { url, blocks: () => probe().blocks, usage: () => usageOf(probe().pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listeningUrl(child: ReturnType<typeof spawn>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  const hear = (text: Buffer): void => {
    said = (said + text.toString()).slice(-10_000);
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    if (url !== undefined) resolve(url);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('error', reject);
  child.once('close', (code) => reject(new Error(`the demo ended with code ${code}: ${said}`)));
  const patience = setTimeout(
    () => reject(new Error(`the demo does not say where it serves: ${said}`)),
    START_PATIENCE_MS,
  );
  return promise.finally(() => clearTimeout(patience));
}
