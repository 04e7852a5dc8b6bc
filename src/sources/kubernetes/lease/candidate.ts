import type { Clock } from '../../source.ts';
import { KubeApiError } from '../kube-api.ts';
import { type LeaseClient, type LeaseRecord, microTime, type StoredLease } from './lease.ts';
import { createLeaseSight } from './lease-sight.ts';

/** One who stands for the lead: the only one of its replica who reads and writes the Lease. */
export interface Candidate {
  /** Who holds the Lease, as last seen; undefined: nobody, or nothing was seen yet. */
  holder(): string | undefined;
  /** How long until another's hold runs out, by what was seen of it; 0 where the Lease may be taken now. */
  freeInMs(): number;
  /** Writes its name into the Lease, where that is allowed; false where others hold it. Rejects as the client does. */
  tryToHold(signal: AbortSignal): Promise<boolean>;
  /** Gives the Lease back, so that nobody waits for it to run out. Rejects as the client does. */
  release(signal: AbortSignal): Promise<void>;
}

export interface CandidateOptions {
  /** Of this process alone: no other, and no earlier one of this replica, has it. */
  readonly identity: string;
  readonly client: LeaseClient;
  readonly clock: Clock;
  readonly durationMs: number;
}

/** What a released Lease says of its duration: the API takes nothing below 1. */
const RELEASED_SECONDS = 1;

/** After client-go's leaderelection (tools/leaderelection/leaderelection.go), which waits and writes the same way. */
export function createCandidate({ identity, client, clock, durationMs }: CandidateOptions): Candidate {
  const sight = createLeaseSight(identity, durationMs, clock);

  const look = async (signal: AbortSignal): Promise<StoredLease | undefined> => {
    const found = await client.read(signal);
    if (found !== undefined) sight.see(found);
    return found;
  };
  const write = async (record: LeaseRecord, over: StoredLease | undefined, signal: AbortSignal): Promise<void> => {
    sight.doubt();
    sight.see(over === undefined ? await client.create(record, signal) : await client.replace(over, record, signal));
  };
  /** As it is known to be, where it is known and ours; else read anew. */
  const ownOrRead = async (signal: AbortSignal): Promise<StoredLease | undefined> => {
    const current = sight.current();
    return current?.record.holder === identity ? current : look(signal);
  };

  return {
    holder: () => sight.last()?.record.holder || undefined,
    freeInMs: sight.freeInMs,
    async tryToHold(signal) {
      const found = await ownOrRead(signal);
      // One that was deleted still binds who saw it: its holder may not know.
      if (sight.freeInMs() > 0) return false;
      const record = heldRecord(found?.record, { identity, now: microTime(clock.now()), durationMs });
      return wasWritten(write(record, found, signal));
    },
    async release(signal) {
      const found = await ownOrRead(signal);
      if (found?.record.holder !== identity) return;
      const now = microTime(clock.now());
      const { transitions } = found.record;
      const durationSeconds = RELEASED_SECONDS;
      await write({ holder: '', durationSeconds, acquireTime: now, renewTime: now, transitions }, found, signal);
    },
  };
}

interface Holding {
  readonly identity: string;
  readonly now: string;
  readonly durationMs: number;
}

function heldRecord(before: LeaseRecord | undefined, { identity, now, durationMs }: Holding): LeaseRecord {
  const isRenewal = before?.holder === identity;
  return {
    holder: identity,
    durationSeconds: Math.round(durationMs / 1000),
    acquireTime: isRenewal ? before.acquireTime : now,
    renewTime: now,
    transitions: before === undefined ? 0 : before.transitions + (isRenewal ? 0 : 1),
  };
}

/** False where a conflict says that somebody else was faster. */
async function wasWritten(writing: Promise<void>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 409) return false;
    throw error;
  }
}
