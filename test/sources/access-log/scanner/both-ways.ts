import assert from 'node:assert/strict';
import { createReferenceScanner } from '../../../../src/sources/access-log/reference-scanner.ts';
import { createWasmScanner } from '../../../../src/sources/access-log/scanner/wasm-scanner.ts';
import type { StreamOrigin } from '../../../../src/sources/access-log/scanner.ts';
import { feed } from './feed.ts';
import { createRecordingTally } from './recording-tally.ts';

export function origin(framing: 'cri' | 'none', pod = 'checkout-v1-5c7d8e9f6b-qw4rt'): StreamOrigin {
  return { source: 'files', namespace: 'payment', pod, workload: 'checkout-v1', framing };
}

interface Given {
  readonly log: Uint8Array;
  readonly framing: 'cri' | 'none';
  readonly format?: 'text' | 'json' | 'auto';
  /** Sizes of the pieces in which the log arrives. */
  readonly pieceOf?: () => number;
}

/**
 * Counts a log both ways, and holds both against each other; once more with upstream hosts, which tell more lines apart
 * and change no sum. Returns what was counted.
 */
export function countBothWays(given: Given): Counted {
  const told = countOnce(given, false);
  const withHosts = countOnce(given, true);
  for (const part of ['access ', 'unparsed ', 'other ', 'proxy log ', 'dropped ']) {
    assert.equal(sum(withHosts, part), sum(told, part));
  }
  return told;
}

function countOnce(
  { log, framing, format = 'auto', pieceOf = () => 300_000 }: Given,
  withUpstreamHosts: boolean,
): Counted {
  const [fast, reference] = [createRecordingTally(), createRecordingTally()];
  const where = origin(framing);
  const options = { format, withUpstreamHosts };
  const consumed = feed(createWasmScanner({ ...options, tally: fast }), where, log, pieceOf);
  const expected = feed(createReferenceScanner({ ...options, tally: reference }), where, log, pieceOf);
  assert.deepEqual(fast.told(), reference.told());
  assert.equal(consumed, expected);
  return fast.told();
}

type Counted = Record<string, number>;

/** Of all counts whose name has this in it. */
export function sum(told: Counted, part: string): number {
  return Object.entries(told).reduce((total, [key, count]) => total + (key.includes(part) ? count : 0), 0);
}
