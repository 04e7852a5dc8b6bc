import type { Traffic } from '../../model/traffic.ts';
import type { Gathered } from '../samples.ts';
import type { FAMILIES } from './families.ts';
import { shapeSeries } from './shape-series.ts';
import { addZeroFlags } from './zero-flags.ts';

type Lists = Gathered<typeof FAMILIES>;

/** A sample while lines of several shapes are added up in it. */
interface Sum<L> {
  readonly labels: L;
  value: number;
}

/** Adds up what differs only in words that are no labels of a family. */
export function addRequests(lists: Lists, meshCluster: string, { requests }: Traffic): void {
  const sums = { requests: new Map(), flagged: new Map(), flags: new Map(), details: new Map() };
  for (const { shape, count } of requests) {
    const series = shapeSeries(shape, meshCluster);
    add(lists.requests, sums.requests, series.request, count);
    // Every place where requests were seen has its count of failures, 0 included.
    add(lists.flaggedRequests, sums.flagged, series.flagged, series.failed ? count : 0);
    for (const flag of series.flags) add(lists.responseFlags, sums.flags, flag, count);
    if (series.details !== undefined) add(lists.responseDetails, sums.details, series.details, count);
  }
  addZeroFlags(lists, requests, { meshCluster, has: (key) => sums.flags.has(key) });
}

function add<L>(
  list: Sum<L>[],
  sums: Map<string, Sum<L>>,
  series: { readonly key: string; readonly labels: L },
  count: number,
): void {
  const sum = sums.get(series.key);
  if (sum !== undefined) sum.value += count;
  else {
    const fresh = { labels: series.labels, value: count };
    sums.set(series.key, fresh);
    list.push(fresh);
  }
}
