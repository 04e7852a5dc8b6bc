import type { TestContext } from 'node:test';
import { type DemoOptions, type DemoOutcome, runDemo } from '../../src/demo/demo.ts';

/** Plays a scenario once in this process, and silently. @param script the exporter that is watched */
export function playHere(
  context: TestContext,
  { script, ...story }: Pick<DemoOptions, 'scenario' | 'speed'> & { readonly script: string },
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
      write: () => undefined,
      env: process.env,
      self: { execPath: process.execPath, script },
      onExit: () => undefined,
    },
    context.signal,
  );
}
