import { epochSeconds } from '../../src/model/brand.ts';
import { KubeApiError, type RawObject } from '../../src/sources/kubernetes/kube-api.ts';
import { createCandidate } from '../../src/sources/kubernetes/lease/candidate.ts';
import { createElection, type Election } from '../../src/sources/kubernetes/lease/election.ts';
import { type LeaseClient, readLease, specOf } from '../../src/sources/kubernetes/lease/lease.ts';
import type { Clock, SourceLog } from '../../src/sources/source.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From when to when something is the case, in milliseconds of the world. */
export type Window = readonly [from: number, to: number];

export interface Faults {
  /** One way, the most. */
  readonly latencyMs: number;
  /** Shares of requests: refused at once, lost on the way there, lost on the way back although they were done. */
  readonly refused: number;
  readonly lostThere: number;
  readonly lostBack: number;
  /** The server answers nobody; what was asked meanwhile is done afterwards. */
  readonly stalls: readonly Window[];
}

/** One Lease in an API server that is slow, overloaded or silent now and then. */
export interface LeaseServer {
  clientFor(awake: () => Promise<void>): LeaseClient;
  /** Somebody deletes it. */
  remove(): void;
}

export function leaseServer(time: VirtualTime, random: () => number, faults: Faults): LeaseServer {
  let version = 0;
  let stored: RawObject | undefined;
  const write = (spec: object): RawObject => {
    version += 1;
    stored = { metadata: { resourceVersion: String(version) }, spec };
    return stored;
  };
  const refuse = (status: number): never => {
    throw new KubeApiError({ code: 'refused', detail: `HTTP ${status}` }, { status });
  };
  const travel = (): Promise<void> => time.sleep(faults.latencyMs * random());
  const never = new Promise<never>(() => {});

  /** There, done, and back; each part may take its time or go wrong. */
  const exchange = async <T>(awake: () => Promise<void>, act: () => T): Promise<T> => {
    await travel();
    if (random() < faults.lostThere) return never;
    const stall = faults.stalls.find(([from, to]) => from <= time.nowMs() && time.nowMs() < to);
    if (stall !== undefined) await time.sleep(stall[1] - time.nowMs());
    if (random() < faults.refused) {
      await awake();
      return refuse(random() < 0.5 ? 500 : 429);
    }
    const [done] = await Promise.allSettled([(async () => act())()]);
    await travel();
    if (random() < faults.lostBack) return never;
    await awake();
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  };

  return {
    clientFor: (awake) => ({
      read: () => exchange(awake, () => (stored === undefined ? undefined : readLease(stored))),
      create: (record) => exchange(awake, () => readLease(stored === undefined ? write(specOf(record)) : refuse(409))),
      replace: ({ object }, record) =>
        exchange(awake, () => {
          const asked = (object['metadata'] as { resourceVersion: string }).resourceVersion;
          return readLease(asked === String(version) && stored !== undefined ? write(specOf(record)) : refuse(409));
        }),
    }),
    remove() {
      stored = undefined;
    },
  };
}

export interface ReplicaOptions {
  readonly identity: string;
  readonly time: VirtualTime;
  readonly server: LeaseServer;
  readonly random: () => number;
  readonly timing: {
    readonly leaseDurationMs: number;
    readonly renewDeadlineMs: number;
    readonly retryPeriodMs: number;
  };
  /** How fast its clock runs, and how far its wall clock is off. */
  readonly rate?: number;
  readonly skewSeconds?: number;
  /** The process stands still. */
  readonly pauses?: readonly Window[];
  /** Told each time it begins to lead. */
  readonly onLead?: () => void;
  readonly log?: SourceLog;
}

export interface Replica {
  readonly identity: string;
  readonly election: Election;
  /** As on SIGTERM: gives the lead back. Resolves when it has ended. */
  stop(): Promise<void>;
  /** As on SIGKILL: does nothing ever again. */
  kill(): void;
  isAlive(): boolean;
}

const silent = (): void => {};
export const SILENT: SourceLog = { debug: silent, info: silent, warn: silent, error: silent };

/** A replica as a process of its own, with its own clocks. */
export function startReplica(options: ReplicaOptions): Replica {
  const { identity, time, server, random, timing, rate = 1, skewSeconds = 0, pauses = [], log = SILENT } = options;
  let alive = true;
  const awake = async (): Promise<void> => {
    if (!alive) return new Promise<never>(() => {});
    const pause = pauses.find(([from, to]) => from <= time.nowMs() && time.nowMs() < to);
    if (pause === undefined) return;
    await time.sleep(pause[1] - time.nowMs());
    await awake();
  };
  const clock: Clock = {
    monotonicMs: () => 1e6 * skewSeconds + time.nowMs() * rate,
    now: () => epochSeconds(1_000_000 + skewSeconds + time.nowMs() / 1000),
  };
  const { leaseDurationMs: durationMs } = timing;
  const candidate = createCandidate({ identity, client: server.clientFor(awake), clock, durationMs });
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (!signal.aborted) await time.sleep(ms / rate, signal);
    await awake();
  };
  const election = createElection({ identity, candidate, timing, clock, sleep, random, log });
  const stop = new AbortController();
  const lead = async (signal: AbortSignal): Promise<void> => {
    options.onLead?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (!signal.aborted) await promise;
  };
  const ended = election.run(lead, stop.signal).finally(() => {
    alive = false;
  });
  return {
    identity,
    election,
    async stop() {
      stop.abort();
      await ended;
    },
    kill() {
      alive = false;
    },
    isAlive: () => alive,
  };
}
