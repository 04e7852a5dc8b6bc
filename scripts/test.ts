import { globSync } from 'node:fs';
import process from 'node:process';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import summary from './summary-reporter.ts';
import { inOrder } from './test-order.ts';

/**
 * Runs the tests: those that take long begin first, so that none of them is left alone at the end, and modules are compiled
 * once for all the processes of a run. Arguments are patterns of test files; without any, all are run.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** One more than the processors of a small machine: the long ones wait for clocks, more than they compute. */
const AT_ONCE = 3;
const TIMEOUT_MS = 600_000;

process.chdir(ROOT);
// Node checks each entry against its source; `.tools` outlives `npm ci`.
process.env['NODE_COMPILE_CACHE'] ??= `${ROOT}.tools/compile-cache`;

const patterns = process.argv.slice(2);
const files = globSync(patterns.length > 0 ? patterns : 'test/**/*.test.ts');
if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`);

const events = run({
  files: inOrder(files),
  concurrency: AT_ONCE,
  timeout: TIMEOUT_MS,
  execArgv: ['--import', './test/support/held-open.ts'],
});
events.on('test:summary', ({ success }) => {
  if (!success) process.exitCode = 1;
});
events.compose(new spec()).pipe(process.stdout);
events.compose(summary).pipe(process.stdout);
