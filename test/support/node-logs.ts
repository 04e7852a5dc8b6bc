import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type AccessLogRun, startAccessLogRun } from './access-log-run.ts';

/** A node's folder of logs, and a folder for checkpoints beside it; both end with the test. */
export interface NodeLogs {
  readonly root: string;
  readonly checkpointDir: string;
  start(options?: { readonly checkpoint?: boolean }): Promise<AccessLogRun>;
}

export function nodeLogsOf(context: TestContext): NodeLogs {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-node-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'pods');
  const checkpointDir = join(folder, 'checkpoint');
  mkdirSync(root);
  return {
    root,
    checkpointDir,
    start: ({ checkpoint = false } = {}) =>
      startAccessLogRun({
        place: { kind: 'files', root, container: 'istio-proxy' },
        ...(checkpoint && { checkpointDir }),
      }),
  };
}

/** Rounds until nothing more comes: unfinished lines of older files wait for their grace. */
export async function settle(run: AccessLogRun): Promise<void> {
  for (let round = 0; round < 4; round += 1) await run.round(4);
}
