import { type EpochSeconds, epochSecondsFromMs } from '../../model/brand.ts';
import { type KnownServices, NO_SERVICES } from '../../model/known-services.ts';
import type { Traffic } from '../../model/traffic.ts';
import { upstreamAddress } from '../../model/upstream-address.ts';
import { createHostCounts } from './host-counts.ts';
import type { RawRequest } from './raw-request.ts';
import { remembered } from './remembered.ts';
import type { StreamOrigin } from './scanner.ts';
import type { TallyStore } from './tally.ts';
import { readUpstreamCluster } from './upstream-cluster.ts';

export interface HostTallyOptions {
  /** Distinct hosts kept apart, each times the workloads that send to it. */
  readonly maxHosts?: number;
  /** For tests. */
  readonly now?: () => EpochSeconds;
}

const DEFAULT_MAX_HOSTS = 50_000;

/** A cell of the store that counts everything else, and a host's place where there is one. */
interface Pair {
  readonly cell: number;
  readonly row: number | undefined;
}

const clusterOf = remembered(readUpstreamCluster);
const addressOf = remembered((written: string) => ({ address: upstreamAddress(written) }));

/**
 * Counts by upstream host beside what the store counts: of outbound lines to Kubernetes services. These counts are not in
 * the checkpoint: which endpoints there were while nobody watched cannot be told. The scanner must be one that tells hosts.
 */
export function createHostTally(store: TallyStore, options: HostTallyOptions = {}): TallyStore {
  const { maxHosts = DEFAULT_MAX_HOSTS, now = () => epochSecondsFromMs(Date.now()) } = options;
  const hosts = createHostCounts(maxHosts, now);
  let services: KnownServices = NO_SERVICES;
  let forgotten = 0;
  const pairs: Pair[] = [];
  const numbers = new Map<string, number>();
  const rowOf = (origin: StreamOrigin, raw: RawRequest): number | undefined => {
    const host = serviceHost(origin, raw, services);
    return host === undefined ? undefined : hosts.row(host);
  };
  return {
    ...store,
    // Read anew each time: both only grow.
    get generation() {
      return store.generation + forgotten;
    },
    cell: (origin, raw) => {
      const pair = { cell: store.cell(origin, raw), row: rowOf(origin, raw) };
      const key = `${pair.cell}/${pair.row ?? ''}`;
      const number = numbers.get(key) ?? pairs.push(pair) - 1;
      numbers.set(key, number);
      return number;
    },
    bump: (origin, number, by) => {
      const pair = pairs[number];
      if (pair === undefined) throw new RangeError(`there is no cell ${number}`);
      store.bump(origin, pair.cell, by);
      if (pair.row !== undefined) hosts.add(pair.row, by);
    },
    traffic: trafficWith(store, () => {
      const counts = hosts.counts();
      // No scan is under way: whoever scans next asks for cells again.
      if (hosts.forget()) {
        forgotten += 1;
        pairs.length = 0;
        numbers.clear();
      }
      return counts;
    }),
    setServices: (next) => {
      services = next;
      store.setServices(next);
    },
  };
}

/** Tells the same object as long as both parts are the same. */
function trafficWith(store: TallyStore, upstreamHosts: () => NonNullable<Traffic['upstreamHosts']>): () => Traffic {
  let last: { readonly from: Traffic; readonly withHosts: Traffic } | undefined;
  return () => {
    const from = store.traffic();
    const counts = upstreamHosts();
    if (last?.from !== from || last.withHosts.upstreamHosts !== counts) {
      last = { from, withHosts: Object.freeze({ ...from, upstreamHosts: counts }) };
    }
    return last.withHosts;
  };
}

/** What the proxy chose, never what a client did: the host of a service's cluster. */
function serviceHost({ namespace, workload }: StreamOrigin, raw: RawRequest, services: KnownServices) {
  const { address } = addressOf(raw.upstreamHost ?? '');
  if (address === undefined) return undefined;
  const { direction, host: destination } = clusterOf(raw.upstreamCluster);
  if (direction !== 'outbound' || destination === undefined) return undefined;
  // Its complete name stands for a service in any namespace.
  if (services.byAuthority(destination, namespace) !== destination) return undefined;
  return { proxyNamespace: namespace, workload, destination, address };
}
