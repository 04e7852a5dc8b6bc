import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HttpServerProcess {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  /** Answers at `/-/ready` once it is. */
  readonly url: string;
  /** Its own, removed when it is stopped. */
  readonly folder: string;
}

/**
 * Starts a program that serves HTTP, and waits until it is ready.
 * @returns how to end it
 * @throws Error when it ends by itself, or is not ready within a minute
 */
export async function startHttpServer({
  name,
  binary,
  args,
  url,
  folder,
}: HttpServerProcess): Promise<() => Promise<void>> {
  const child = spawn(binary, args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt++) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return stop;
    if (child.exitCode !== null || attempt > 600) {
      await stop();
      throw new Error(`${name} did not start`);
    }
    await sleep(100);
  }
}
