import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fieldsOf, lostExporter } from './exporter-end.ts';
import { ExporterLost } from './exporter-lost.ts';

/** The exporter, running as a process of its own. */
export interface ExporterChild {
  /** `http://127.0.0.1:PORT`, whatever address it listens on, once it does. @throws ExporterLost */
  readonly url: Promise<string>;
  /** Rejects when it ends though nobody told it to. */
  readonly lost: Promise<never>;
  /** Asks it to stop, and ends it if it does not. */
  stop(): Promise<void>;
  /** Ends it at once; for a process that is about to end itself. */
  kill(): void;
}

export interface ChildOptions {
  /** The Node that runs us, and our own script. */
  readonly execPath: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configFile: string;
  /** `:19012`, `127.0.0.1:0`. */
  readonly listen: string;
  /** Its log goes here, all of it. */
  readonly logFile: string;
  /** Lines that the watcher wants to see too. */
  readonly echo: (line: string) => void;
  readonly debug: boolean;
}

/** As the image starts Node (Dockerfile says why), so that the demo's exporter is the one that clusters run. */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=60'];

const STOP_GRACE_MS = 12_000;
/** What the exporter may inherit: its settings come from its own file alone. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'TZ', 'LANG', 'SystemRoot', 'NODE_COMPILE_CACHE'];
const KEPT_LINES = 20;

/** Starts the exporter. */
export function startExporter(options: ChildOptions): ExporterChild {
  const { execPath, script, configFile, listen, debug } = options;
  const serve = ['serve', '--config.file', configFile, '--web.listen-address', listen];
  const log = ['--log.format', 'json', '--log.level', debug ? 'debug' : 'info'];
  const child = spawn(execPath, [...NODE_FLAGS, script, ...serve, ...log], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: Object.fromEntries(
      INHERITED.flatMap((name) => (options.env[name] === undefined ? [] : [[name, options.env[name]]])),
    ),
  });
  const file = createWriteStream(options.logFile);
  const last: string[] = [];
  let stopping = false;
  const listening = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  readLines(child, file, (line) => {
    last.push(line);
    if (last.length > KEPT_LINES) last.shift();
    options.echo(line);
    const address = listeningAddress(line);
    if (address !== undefined) listening.resolve(address);
  });
  child.once('error', (cause) =>
    ended.reject(new ExporterLost(`the exporter cannot be started: ${cause.message}`, { cause })),
  );
  child.once('close', (code, signal) => {
    if (!stopping) ended.reject(lostExporter({ lines: last, code, signal }));
  });
  return {
    url: Promise.race([listening.promise, ended.promise]).then(urlOf),
    lost: ended.promise,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      stopping = true;
      await end(child);
      file.end();
    },
  };
}

function readLines(child: ChildProcess, file: WriteStream, onLine: (line: string) => void): void {
  if (child.stderr === null) return;
  child.stderr.pipe(file, { end: false });
  createInterface({ input: child.stderr }).on('line', onLine);
}

function listeningAddress(line: string): string | undefined {
  const { msg, address } = fieldsOf(line);
  return msg === 'listening' && typeof address === 'string' ? address : undefined;
}

/** An address that can be asked from here: one that listens everywhere listens on loopback too. */
function urlOf(address: string): string {
  const port = address.slice(address.lastIndexOf(':') + 1);
  const host = address.slice(0, address.lastIndexOf(':'));
  const everywhere = host === '[::]' || host === '0.0.0.0' || host === '';
  return `http://${everywhere ? '127.0.0.1' : host}:${port}`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const cut = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await closed;
  clearTimeout(cut);
}
