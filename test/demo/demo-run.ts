import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ofEveryProcess } from '../support/run-process.ts';
import { until } from '../support/until.ts';

export const MAIN: string = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `meshladder demo` as a process of its own, with a folder for temporary files that nobody else uses. */
export interface DemoRun {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Waits until stdout has this. @throws when it ends before */
  said(words: string | RegExp): Promise<void>;
  /** Where the exporter serves, once stdout says so. */
  url(): URL;
}

/** @param args behind `demo --listen 127.0.0.1:0` */
export function startDemoRun(context: TestContext, args: readonly string[]): DemoRun {
  const folder = temporaryFolder(context);
  const child = spawn(process.execPath, [MAIN, 'demo', '--listen', '127.0.0.1:0', ...args], {
    // A group of its own, as a shell gives to what it starts: Ctrl-C goes to all of them.
    detached: true,
    env: { ...ofEveryProcess(), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '')),
  );
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    folder,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    async said(words) {
      const heard = Promise.withResolvers<void>();
      const listen = (): void => {
        if (texts.stdout.search(words) !== -1) heard.resolve();
      };
      listeners.add(listen);
      listen();
      const early = ended.then((how) => {
        throw new Error(`it ended with ${how} before it said ${words}:\n${texts.stdout}\n${texts.stderr}`);
      });
      early.catch(() => undefined);
      await Promise.race([heard.promise, early]).finally(() => listeners.delete(listen));
    },
    url: () => new URL(/http:\/\/\S+(?=\/metrics)/.exec(texts.stdout)?.[0] ?? ''),
  };
}

/** A folder for temporary files, removed with all that is in it when the test is over. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a demo left behind in its folder, and processes that still name it. */
export function leftovers(folder: string): string[] {
  return [...readdirSync(folder), ...processesNaming(folder)];
}

/** By command line, on systems that show it in /proc; ourselves and zombies are none. */
function processesNaming(words: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(words));
}

/** Resolves when nobody listens there any more. @throws AssertionError after a minute */
export async function nobodyListens({ hostname, port }: URL): Promise<void> {
  const listens = (): Promise<boolean> => isListening(hostname, Number(port));
  const patience = { withinMs: 60_000, everyMs: 50 };
  await until(listens, (is) => !is, `nobody listens on ${hostname}:${port}`, patience);
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
