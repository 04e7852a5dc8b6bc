import type { EpochSeconds } from './brand.ts';
import type { ObjectMap } from './cluster.ts';
import { specField, specText } from './spec-fields.ts';
import type { ConfigObject, EndpointSlice } from './workload.ts';

/**
 * Which addresses EndpointSlices have, and which came and went lately: what an Envoy was seen to hold, or sent a request
 * to, must be held against what was true then.
 */
export interface EndpointChanges {
  /** As last taken in. */
  readonly slices: ObjectMap<EndpointSlice>;
  readonly workloadEntries: ObjectMap<ConfigObject> | undefined;
  /**
   * Every address of a slice, ready or not: a pod that terminates still finishes what it has begun. And those of
   * WorkloadEntries, which stand behind services without a slice.
   */
  readonly listed: ReadonlySet<string>;
  readonly ready: ReadonlySet<string>;
  /** Since when an address is in no slice any more; of those that went within `REMEMBERED_SECONDS`. */
  readonly left: ReadonlyMap<string, EpochSeconds>;
  /** Since when an address is ready; of those that became so within `REMEMBERED_SECONDS`. */
  readonly readied: ReadonlyMap<string, EpochSeconds>;
  /** Since when slices are watched. */
  readonly since: EpochSeconds;
}

/** Longer than any look into an Envoy is believed. */
export const REMEMBERED_SECONDS = 900;

export interface EndpointNews {
  readonly slices: ObjectMap<EndpointSlice>;
  /** Absent where they are not known. */
  readonly workloadEntries?: ObjectMap<ConfigObject> | undefined;
  readonly at: EpochSeconds;
}

/** Takes in what slices say now. The same object comes back while nothing changes. */
export function advanceEndpointChanges(before: EndpointChanges | undefined, news: EndpointNews): EndpointChanges {
  const { slices, workloadEntries, at } = news;
  if (before?.slices === slices && before.workloadEntries === workloadEntries) return before;
  const { listed, ready } = addressesOf(slices);
  for (const { spec } of workloadEntries?.values() ?? []) listed.add(specText(specField(spec, 'address')) ?? '');
  const base = { slices, workloadEntries, listed, ready };
  if (before === undefined) return { ...base, left: new Map(), readied: new Map(), since: at };
  return {
    ...base,
    left: sinceWhen(before.left, gone(before.listed, listed), (address) => !listed.has(address), at),
    readied: sinceWhen(before.readied, gone(ready, before.ready), (address) => ready.has(address), at),
    since: before.since,
  };
}

/**
 * Since when an address is in no slice, as far as is known: since slices are watched, or since it went.
 * @returns undefined for one that is in a slice
 */
export function unlistedSince({ listed, left, since }: EndpointChanges, address: string): EpochSeconds | undefined {
  return listed.has(address) ? undefined : (left.get(address) ?? since);
}

/** Since when an address is ready, as far as is known; undefined for one that is not. */
export function readySince({ ready, readied, since }: EndpointChanges, address: string): EpochSeconds | undefined {
  return ready.has(address) ? (readied.get(address) ?? since) : undefined;
}

function addressesOf(slices: ObjectMap<EndpointSlice>): { readonly listed: Set<string>; readonly ready: Set<string> } {
  const listed = new Set<string>();
  const ready = new Set<string>();
  for (const { endpoints } of slices.values()) {
    for (const { addresses, ready: isReady } of endpoints) {
      for (const address of addresses) {
        listed.add(address);
        if (isReady) ready.add(address);
      }
    }
  }
  return { listed, ready };
}

function gone(before: ReadonlySet<string>, now: ReadonlySet<string>): readonly string[] {
  return [...before].filter((address) => !now.has(address));
}

/** What was remembered and still holds, and what is new; what is old enough is as if it had always been so. */
function sinceWhen(
  known: ReadonlyMap<string, EpochSeconds>,
  begun: readonly string[],
  holds: (address: string) => boolean,
  at: EpochSeconds,
): ReadonlyMap<string, EpochSeconds> {
  const kept = [...known].filter(([address, since]) => holds(address) && at - since <= REMEMBERED_SECONDS);
  return new Map([...kept, ...begun.map((address) => [address, at] as const)]);
}
