import process from 'node:process';
import { afterEach, beforeEach } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before each test file: fails a file whose tests are over but whose process something holds open, and says what. A
 * test that fails before it closes its server would else keep the whole run waiting.
 */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 5_000;

// Threads that a test starts load it too; their process is watched by its main thread.
if (isMainThread) watch();

function watch(): void {
  let running = 0;
  let quietSinceMs = performance.now();
  beforeEach(() => {
    running += 1;
  });
  afterEach(() => {
    running -= 1;
    quietSinceMs = performance.now();
  });
  const look = (): void => {
    if (running > 0 || performance.now() - quietSinceMs < PATIENCE_MS) return;
    const held = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(`no test has run for ${PATIENCE_MS / 1000} s, but the process is held open by ${held}\n`);
    process.exit(1);
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}
