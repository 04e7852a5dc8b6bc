import { z } from 'zod';
import { epochSeconds } from '../../model/brand.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { SavedTally } from './saved-tally.ts';

const count = z.number().int().nonnegative();
/** Longer than any name that the tallies make; a damaged file is refused, not served. */
const word = z.string().max(512);

const shape = z.strictObject({
  proxyNamespace: word,
  workload: word,
  direction: z.enum(['inbound', 'outbound', 'unknown']),
  destination: word,
  subset: word,
  route: word,
  responseCode: z.number().int().min(0).max(999),
  flags: z.array(word).max(64).refine(isSortedSet, 'not sorted, or twice the same'),
  details: word,
  denial: z.strictObject({ policyNamespace: word, policy: word, rule: word }).optional(),
});

/** Else a shape from a checkpoint would not be the one that lines count in. */
function isSortedSet(words: readonly string[]): boolean {
  return words.every((each, nth) => nth === 0 || (words[nth - 1] ?? '') < each);
}

const logCounts = z.array(z.strictObject({ proxyNamespace: word, workload: word, word, count }));

const format = z.literal(1, {
  error: ({ input }) => `its format is ${typeof input === 'number' ? input : 'not told'}, and this release reads 1`,
});

const savedTally = z.strictObject({
  version: format,
  requests: z.array(z.strictObject({ shape, count })),
  proxyLogs: logCounts,
  xdsFailures: logCounts,
  intake: z.array(
    z.strictObject({
      source: word,
      lines: z.strictObject({ access: count, unparsed: count, proxy_log: count, other: count, dropped: count }),
      skippedBytes: count,
      newestLineAt: z.number().positive().transform(epochSeconds).optional(),
    }),
  ),
});

/**
 * Reads what `TallyStore.save` wrote. Strict: a checkpoint that is damaged or of another version is refused whole, not
 * guessed at.
 * @throws Error that names the first thing wrong
 */
export function readSavedTally(saved: unknown): SavedTally {
  const read = savedTally.safeParse(saved);
  if (read.success) return read.data as SavedTally;
  const [issue] = read.error.issues;
  throw new Error(`saved tallies cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

const decimal = z.string().regex(/^\d{1,20}$/);

const position = z
  .strictObject({
    series: word,
    path: z.string().max(4096),
    rank: word,
    dev: decimal,
    ino: decimal,
    head: z.strictObject({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    offset: count,
    size: count,
  })
  .refine(({ offset, size }) => offset <= size, 'offset behind the end');

const stamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/);
const stream = z.strictObject({ series: word, stamp, seen: count });

const checkpoint = z.strictObject({
  version: format,
  positions: z.array(position),
  streams: z.array(stream),
  tally: savedTally,
});

/**
 * Reads what `saveCheckpoint` wrote, as strictly.
 * @throws Error that names the first thing wrong
 */
export function readSavedCheckpoint(saved: unknown): Checkpoint {
  const read = checkpoint.safeParse(saved);
  if (read.success) return read.data as Checkpoint;
  const [issue] = read.error.issues;
  throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
