import { type RequestCount, type RequestShape, UNKNOWN_DESTINATION } from '../../model/traffic.ts';
import type { Gathered } from '../samples.ts';
import type { FAMILIES } from './families.ts';
import { flagSeries } from './shape-series.ts';

type Lists = Pick<Gathered<typeof FAMILIES>, 'responseFlags'>;
type Place = Pick<RequestShape, 'proxyNamespace' | 'workload' | 'direction' | 'destination' | 'subset' | 'route'>;

/** Flags with an alert that come with the cluster a request was sent to. */
const CLUSTER_FLAGS = ['UH', 'UF', 'URX', 'UO', 'UC', 'UT', 'DC', 'RL', 'UAEX'] as const;
/** No route matched: such a line names no cluster, so it has no direction, subset or route. */
const NO_ROUTE = ['NR'] as const;

/** Series that are 0 only so that the first event is an increase; beyond these a new series begins at its first event. */
const MAX_ZEROS = 5_000;

export interface ZeroOptions {
  readonly meshCluster: string;
  /** Whether the series is there already. */
  readonly has: (key: string) => boolean;
}

/**
 * Begins the flags that alerts watch at 0, with exactly the labels of their first event: where requests to a
 * destination were seen, and for NR where the route to it may one day be missing. A zero with other labels would hide a
 * first event from rules that look for newly born series. Whole workloads are taken, those seen first, while room lasts.
 */
export function addZeroFlags(lists: Lists, requests: readonly RequestCount[], options: ZeroOptions): void {
  let room = MAX_ZEROS;
  for (const workload of workloadsOf(requests)) {
    const zeros = zerosOf(workload, options);
    if (zeros.size > room) return;
    room -= zeros.size;
    for (const labels of zeros.values()) lists.responseFlags.push({ labels, value: 0 });
  }
}

function workloadsOf(requests: readonly RequestCount[]): Iterable<readonly RequestShape[]> {
  const workloads = new Map<string, RequestShape[]>();
  for (const { shape } of requests) {
    const key = `${shape.proxyNamespace}/${shape.workload}`;
    const known = workloads.get(key);
    if (known === undefined) workloads.set(key, [shape]);
    else known.push(shape);
  }
  return workloads.values();
}

type Labels = Lists['responseFlags'][number]['labels'];

function zerosOf(shapes: readonly RequestShape[], { meshCluster, has }: ZeroOptions): ReadonlyMap<string, Labels> {
  const zeros = new Map<string, Labels>();
  const begin = (place: Place, flags: readonly string[]): void => {
    for (const flag of flags) {
      const { key, labels } = flagSeries(place, flag, meshCluster);
      if (!has(key)) zeros.set(key, labels);
    }
  };
  for (const shape of shapes) {
    if (!hasCluster(shape)) continue;
    begin(shape, CLUSTER_FLAGS);
    for (const place of noRoutePlaces(shape)) begin(place, NO_ROUTE);
  }
  return zeros;
}

/** Lines with these flags were sent nowhere: they are no sign that the other flags may come with their labels. */
function hasCluster({ direction, flags }: RequestShape): boolean {
  return direction !== 'unknown' && !flags.some((flag) => flag === 'NR' || flag === 'NC' || flag === 'DPE');
}

/** Where a line would count that finds no route, to this destination or to one nobody knows. */
function noRoutePlaces(shape: RequestShape): readonly Place[] {
  const destinations = new Set([UNKNOWN_DESTINATION, ...(shape.direction === 'outbound' ? [shape.destination] : [])]);
  return [...destinations].map((destination) => ({
    ...shape,
    direction: 'unknown',
    destination,
    subset: '',
    route: '',
  }));
}
