import type { EpochSeconds } from './brand.ts';
import { type EndpointChanges, unlistedSince } from './endpoint-changes.ts';
import { OTHER, type UpstreamHostCount } from './traffic.ts';

/** Whose requests to what. */
export interface RequestPair {
  readonly proxyNamespace: string;
  readonly workload: string;
  /** FQDN. */
  readonly destination: string;
}

/** Requests of a pair whose upstream host was in no EndpointSlice. */
export interface GoneCount extends RequestPair {
  readonly count: number;
}

/** The same by address, for a person: only of late. */
export interface GoneHost extends GoneCount {
  readonly address: string;
  /** When a request was last counted. */
  readonly lastAt: EpochSeconds;
}

/** Requests to endpoints that are gone, counted since this process began. */
export interface GoneRequests {
  /** Every pair whose requests were looked at, zeros included; never backwards. */
  readonly counts: readonly GoneCount[];
  /** Of the last `LATELY_SECONDS`, at most `MAX_LATELY`. */
  readonly lately: readonly GoneHost[];
  /** Requests to hosts beyond the cap on hosts: nobody can tell where they went. */
  readonly untold: number;
  /** What was looked at last. */
  readonly hosts: readonly UpstreamHostCount[];
  /** Addresses that got requests while they were in no slice, since when they are in none. */
  readonly unlisted: ReadonlyMap<string, Unlisted>;
}

interface Unlisted {
  readonly since: EpochSeconds;
  /** Once in a slice here; an address that never was may be of another cluster. */
  readonly wasListed: boolean;
}

/**
 * For so long an address may be in no slice and get requests: what is under way to a pod that terminates is still
 * answered, and istiod and the proxies need a moment.
 */
const GRACE_SECONDS = 30;
export const LATELY_SECONDS = 300;
const MAX_LATELY = 1000;
const MAX_PAIRS = 20_000;
const MAX_UNLISTED = 20_000;

/** What is known at a moment. */
export interface GoneNews {
  readonly at: EpochSeconds;
  readonly hosts: readonly UpstreamHostCount[];
  /** Absent while EndpointSlices are not known, or not any more: what grows then is not looked at. */
  readonly changes: EndpointChanges | undefined;
  /** The lines counted are of now; not of a time before the start, whose endpoints nobody knows. */
  readonly isLive: boolean;
  /** Only addresses that once were in a slice count as gone: others may be of another cluster of the mesh. */
  readonly onlyOnceListed: boolean;
}

/**
 * Takes in what was counted by now. What a host has got since last time counts as gone when its address has been in no
 * EndpointSlice for longer than the grace. Of an address that was in none when it first got a request, nobody knows since
 * when: the grace begins with that request.
 * @returns undefined until hosts and slices have been known at once
 */
export function advanceGone(before: GoneRequests | undefined, news: GoneNews): GoneRequests | undefined {
  const { hosts, changes, isLive } = news;
  if (before === undefined) return changes === undefined ? undefined : begin(hosts);
  if (before.hosts === hosts) return forgetOld(before, news.at);
  return changes === undefined || !isLive ? { ...before, hosts } : takeIn(before, { ...news, changes });
}

function takeIn(before: GoneRequests, news: KnownNews): GoneRequests {
  const { hosts, at } = news;
  const grown = growth(before.hosts, hosts);
  const unlisted = new Map(before.unlisted);
  const gone = grown.filter(({ address }) => address !== OTHER && isGone(address, unlisted, news));
  const beyond = grown.filter(({ address }) => address === OTHER);
  return {
    counts: addUp(before.counts, grown, gone),
    lately: addLately(before.lately, gone, at),
    untold: beyond.reduce((sum, { count }) => sum + count, before.untold),
    hosts,
    unlisted: unlisted.size > MAX_UNLISTED ? new Map() : unlisted,
  };
}

type KnownNews = GoneNews & { readonly changes: EndpointChanges };

/** What was counted before is not looked at: nobody knows which endpoints there were. */
function begin(hosts: readonly UpstreamHostCount[]): GoneRequests {
  return { counts: addUp([], hosts, []), lately: [], untold: 0, hosts, unlisted: new Map() };
}

/** What hosts have got since. A count that is lower than before has begun anew. */
function growth(
  before: readonly UpstreamHostCount[],
  after: readonly UpstreamHostCount[],
): readonly UpstreamHostCount[] {
  const same = new Set(before);
  const changed = after.filter((host) => !same.has(host));
  const still = new Set(after);
  const counts = new Map(before.filter((host) => !still.has(host)).map((host) => [hostKey(host), host.count]));
  return changed.flatMap((host) => {
    const last = counts.get(hostKey(host)) ?? 0;
    const count = host.count < last ? host.count : host.count - last;
    return count > 0 ? [{ ...host, count }] : [];
  });
}

/** Notes an address seen for the first time, and forgets one that has come back. */
function isGone(address: string, unlisted: Map<string, Unlisted>, { changes, at, onlyOnceListed }: KnownNews): boolean {
  if (unlistedSince(changes, address) === undefined) {
    unlisted.delete(address);
    return false;
  }
  const left = changes.left.get(address);
  const first = unlisted.get(address) ?? { since: at, wasListed: false };
  const known = left === undefined ? first : { since: left, wasListed: true };
  unlisted.set(address, known);
  return at - known.since > GRACE_SECONDS && (known.wasListed || !onlyOnceListed);
}

function addUp(
  before: readonly GoneCount[],
  seen: readonly UpstreamHostCount[],
  gone: readonly GoneCount[],
): readonly GoneCount[] {
  const counts = new Map(before.map((count) => [pairKey(count), count]));
  for (const host of seen) if (host.address !== OTHER) place(counts, host, 0);
  if (gone.length === 0 && counts.size === before.length) return before;
  for (const pair of gone) place(counts, pair, pair.count);
  return [...counts.values()];
}

function place(counts: Map<string, GoneCount>, pair: RequestPair, by: number): void {
  const isKnown = counts.has(pairKey(pair));
  const { proxyNamespace, workload, destination } = isKnown || counts.size < MAX_PAIRS ? pair : OTHERS;
  const key = pairKey({ proxyNamespace, workload, destination });
  const known = counts.get(key) ?? { proxyNamespace, workload, destination, count: 0 };
  if (by > 0 || !counts.has(key)) counts.set(key, { ...known, count: known.count + by });
}

const OTHERS: RequestPair = { proxyNamespace: OTHER, workload: OTHER, destination: OTHER };

function addLately(
  before: readonly GoneHost[],
  gone: readonly UpstreamHostCount[],
  at: EpochSeconds,
): readonly GoneHost[] {
  const hosts = new Map(before.filter((host) => isLate(host, at)).map((host) => [hostKey(host), host]));
  for (const host of gone) {
    const key = hostKey(host);
    const known = hosts.get(key);
    if (known === undefined && hosts.size >= MAX_LATELY) continue;
    hosts.set(key, { ...host, count: (known?.count ?? 0) + host.count, lastAt: at });
  }
  return [...hosts.values()];
}

function forgetOld(before: GoneRequests, at: EpochSeconds): GoneRequests {
  if (before.lately.every((host) => isLate(host, at))) return before;
  return { ...before, lately: before.lately.filter((host) => isLate(host, at)) };
}

function isLate({ lastAt }: GoneHost, at: EpochSeconds): boolean {
  return at - lastAt <= LATELY_SECONDS;
}

function pairKey({ proxyNamespace, workload, destination }: RequestPair): string {
  return `${proxyNamespace}/${workload}/${destination}`;
}

function hostKey(host: UpstreamHostCount): string {
  return `${pairKey(host)}/${host.address}`;
}
