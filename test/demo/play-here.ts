import type { TestContext } from 'node:test';
import { type DemoOptions, type DemoOutcome, runDemo } from '../../src/demo/demo.ts';

export interface PlayedHere extends Pick<DemoOptions, 'scenario' | 'speed'> {
  /** The exporter that is watched. */
  readonly script: string;
  /** What it would tell a person; default: nobody listens. */
  readonly write?: (text: string) => void;
}

/** Plays a scenario once in this process. */
export function playHere(
  context: TestContext,
  { script, write = () => undefined, ...story }: PlayedHere,
): Promise<DemoOutcome> {
  return runDemo(
    {
      ...story,
      once: true,
      listen: '127.0.0.1:0',
      extraProxies: 0,
      keep: false,
      debug: false,
      echo: () => undefined,
      write,
      env: process.env,
      self: { execPath: process.execPath, script },
      onExit: () => undefined,
    },
    context.signal,
  );
}

/** Plays in this process, and waits until the exporter serves. @returns where, as `HOST:PORT`, and what comes of it */
export async function startPlaying(
  context: TestContext,
  story: Omit<PlayedHere, 'write'>,
): Promise<{ readonly target: string; readonly ended: Promise<DemoOutcome> }> {
  const serves = Promise.withResolvers<string>();
  const ended = playHere(context, {
    ...story,
    write(text) {
      const target = /http:\/\/(\S+)\/metrics/.exec(text)?.[1];
      if (target !== undefined) serves.resolve(target);
    },
  });
  const never = ended.then(() => {
    throw new Error('it ended before it served');
  });
  return { target: await Promise.race([serves.promise, never]), ended };
}
