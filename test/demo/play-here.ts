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

export interface Playing {
  /** Where the exporter serves, as `HOST:PORT`. */
  readonly target: string;
  readonly ended: Promise<DemoOutcome>;
  /** Waits until a person would have been told this. @throws Error when it ends before */
  said(words: RegExp): Promise<string>;
}

/** Plays in this process, and waits until the exporter serves. */
export async function startPlaying(context: TestContext, story: Omit<PlayedHere, 'write'>): Promise<Playing> {
  let text = '';
  const listeners = new Set<() => void>();
  const ended = playHere(context, {
    ...story,
    write(more) {
      text += more;
      for (const listen of listeners) listen();
    },
  });
  const never = ended.then(() => {
    throw new Error(`it ended after it said:\n${text}`);
  });
  never.catch(() => undefined);
  const said = (words: RegExp): Promise<string> => {
    const heard = Promise.withResolvers<string>();
    const listen = (): void => {
      const found = words.exec(text);
      if (found !== null) heard.resolve(found[1] ?? found[0]);
    };
    listeners.add(listen);
    listen();
    return Promise.race([heard.promise, never]).finally(() => listeners.delete(listen));
  };
  return { target: await said(/http:\/\/(\S+)\/metrics/), ended, said };
}
