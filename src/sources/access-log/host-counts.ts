import type { EpochSeconds } from '../../model/brand.ts';
import { OTHER, type UpstreamHostCount } from '../../model/traffic.ts';

/** Counts by upstream host. Unlike shapes, hosts come and go with every rollout: those that got nothing for long are forgotten. */
export interface HostCounts {
  /** Its place until hosts are forgotten. */
  row(host: Omit<UpstreamHostCount, 'count'>): number;
  add(row: number, by: number): void;
  /** All hosts that got something, in the order in which they were first asked for; the same list while nothing changes. */
  counts(): readonly UpstreamHostCount[];
  /** Makes room where it gets scarce. True when hosts were forgotten: then all places are others. */
  forget(): boolean;
}

/** A host that got nothing for so long is forgotten, once there are many. */
const IDLE_SECONDS = 600;
const OTHERS = { proxyNamespace: OTHER, workload: OTHER, destination: OTHER, address: OTHER };
/** Stands in no word. */
const BREAK = '\u0000';

interface Row {
  readonly host: Omit<UpstreamHostCount, 'count'>;
  count: number;
  /** Of `count`: what has been told. */
  made: UpstreamHostCount | undefined;
  wasUsed: boolean;
}

/** @param maxHosts beyond these, what is new counts as one: `__other__` in every respect */
export function createHostCounts(maxHosts: number, now: () => EpochSeconds): HostCounts {
  let rows: Row[] = [];
  const places = new Map<string, number>();
  let list: readonly UpstreamHostCount[] | undefined = [];
  let forgottenAt = now();
  const place = (host: Row['host']): number => {
    const key = rowKey(host);
    const known = places.get(key);
    if (known !== undefined) return known;
    if (rows.length >= maxHosts && host !== OTHERS) return place(OTHERS);
    places.set(key, rows.length);
    return rows.push({ host, count: 0, made: undefined, wasUsed: true }) - 1;
  };
  return {
    row: place,
    add: (at, by) => {
      const row = rows[at];
      if (row === undefined) throw new RangeError(`there is no upstream host ${at}`);
      row.count += by;
      row.wasUsed = true;
      list = undefined;
    },
    counts: () => {
      list ??= rows.flatMap(hostCounts);
      return list;
    },
    forget: () => {
      if (rows.length < maxHosts / 2 || now() - forgottenAt < IDLE_SECONDS) return false;
      forgottenAt = now();
      const used = rows.filter(({ wasUsed }) => wasUsed);
      for (const row of used) row.wasUsed = false;
      if (used.length === rows.length) return false;
      rows = used;
      places.clear();
      for (const [at, { host }] of rows.entries()) places.set(rowKey(host), at);
      list = undefined;
      return true;
    },
  };
}

/** Reuses what was told of a count that stands still, so that who reads may compare by identity. */
function hostCounts(row: Row): readonly UpstreamHostCount[] {
  if (row.count === 0) return [];
  if (row.made?.count !== row.count) row.made = { ...row.host, count: row.count };
  return [row.made];
}

function rowKey({ proxyNamespace, workload, destination, address }: Row['host']): string {
  return [proxyNamespace, workload, destination, address].join(BREAK);
}
