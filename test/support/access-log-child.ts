import { setTimeout as sleep } from 'node:timers/promises';
import { startAccessLogRun } from './access-log-run.ts';

/**
 * Follows the logs of a folder in a process of its own, and tells after each round what it has counted, one JSON a line:
 * for limits and users that only a process can have.
 */
const [, , root = ''] = process.argv;
const run = await startAccessLogRun({ place: { kind: 'files', root, container: 'istio-proxy' } });
process.stdin.on('end', () => process.exit(0)).resume();
for (;;) {
  await run.round();
  const { ok, errors } = run.reports.at(-1) ?? { ok: false, errors: [] };
  process.stdout.write(`${JSON.stringify({ lines: run.lines(), ok, told: run.traffic() !== undefined, errors })}\n`);
  await sleep(20);
}
