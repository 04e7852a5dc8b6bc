#!/usr/bin/env node
import process from 'node:process';
import { runProgram } from './cli/program.ts';

const OLDEST_NODE = 24;

/** The process edge: argv, environment, signals, exit code. Nothing else touches `process`. */
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    stop.abort();
  });
}
// A reader that went away (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = isTooOld()
  ? 2
  : await runProgram(process.argv.slice(2), {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      nodeVersion: process.versions.node,
      signal: stop.signal,
      stopOnHangup() {
        process.on('SIGHUP', () => stop.abort());
        // Nobody reads any more, which must not end us half way.
        process.stderr.on('error', () => {});
      },
      self: {
        execPath: process.execPath,
        script: process.argv[1] ?? '',
        onExit(last) {
          process.once('exit', last);
          // The terminal is gone: the default would end us without a word to anybody.
          process.once('SIGHUP', () => process.exit(129));
        },
      },
    });

/** A linked program may meet another Node than `npm run` does; what it would say there helps nobody. */
function isTooOld(): boolean {
  const tooOld = Number.parseInt(process.versions.node, 10) < OLDEST_NODE;
  if (tooOld) {
    process.stderr.write(
      `meshladder: Node ${process.versions.node} is too old; put Node ${OLDEST_NODE} or newer on PATH (in the repository, npm ci brings one into node_modules/.bin)\n`,
    );
  }
  return tooOld;
}
