import { closeSync, openSync, readSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openScanner } from '../../src/sources/access-log/open-scanner.ts';
import { createReferenceScanner } from '../../src/sources/access-log/reference-scanner.ts';
import type { StreamOrigin } from '../../src/sources/access-log/scanner.ts';
import { createTally } from '../../src/sources/access-log/tally.ts';

/**
 * Counts one log file with the exporter's own scanner into its own tallies, as an agent does with each file of a node.
 * Prints lines by what became of them, and flags: `{"lines":{"access":N,…},"flags":{"UF":N,…}}`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cri: { type: 'boolean', default: false }, reference: { type: 'boolean', default: false } },
});
const [path] = positionals;
if (path === undefined) throw new Error('usage: count-file.ts [--cri] [--reference] FILE');

const origin: StreamOrigin = {
  source: 'files',
  namespace: 'payment',
  pod: 'checkout-v1-5c7d8e9f6b-qw4rt',
  workload: 'checkout-v1',
  framing: values.cri ? 'cri' : 'none',
};
const tally = createTally();
const options = { format: 'auto', tally } as const;
const scanner = values.reference ? createReferenceScanner(options) : await openScanner(options);

const file = openSync(path, 'r');
for (let offset = 0; ; ) {
  const room = scanner.room();
  const consumed = scanner.scan(origin, readSync(file, room, 0, room.length, offset));
  if (consumed === 0) break;
  offset += consumed;
}
closeSync(file);

const { requests, intake } = tally.traffic();
const flags: Record<string, number> = {};
for (const { shape, count } of requests) {
  for (const flag of shape.flags) flags[flag] = (flags[flag] ?? 0) + count;
}
process.stdout.write(`${JSON.stringify({ lines: intake[0]?.lines, flags })}\n`);
