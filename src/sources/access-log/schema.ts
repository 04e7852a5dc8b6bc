import { z } from 'zod';
import { epochSeconds } from '../../model/brand.ts';
import type { SavedTally } from './saved-tally.ts';

const count = z.number().int().nonnegative();

const shape = z.strictObject({
  proxyNamespace: z.string(),
  workload: z.string(),
  direction: z.enum(['inbound', 'outbound', 'unknown']),
  destination: z.string(),
  subset: z.string(),
  route: z.string(),
  responseCode: z.number().int().min(0).max(999),
  flags: z.array(z.string()),
  details: z.string(),
  denial: z.strictObject({ policyNamespace: z.string(), policy: z.string(), rule: z.string() }).optional(),
});

const logCounts = z.array(
  z.strictObject({ proxyNamespace: z.string(), workload: z.string(), word: z.string(), count }),
);

const savedTally = z.strictObject({
  version: z.literal(1),
  requests: z.array(z.strictObject({ shape, count })),
  proxyLogs: logCounts,
  xdsFailures: logCounts,
  intake: z.array(
    z.strictObject({
      source: z.string(),
      lines: z.strictObject({ access: count, unparsed: count, proxy_log: count, other: count, dropped: count }),
      skippedBytes: count,
      newestLineAt: z.number().positive().transform(epochSeconds).optional(),
    }),
  ),
});

/**
 * Reads what `TallyStore.save` wrote. Strict: a checkpoint of another version is refused, not guessed at.
 * @throws Error that names the first thing wrong
 */
export function readSavedTally(saved: unknown): SavedTally {
  const read = savedTally.safeParse(saved);
  if (read.success) return read.data as SavedTally;
  const [issue] = read.error.issues;
  throw new Error(`saved tallies cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
