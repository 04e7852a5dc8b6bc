import { isFailure } from '../../model/response-flag.ts';
import type { RequestCount, RequestShape } from '../../model/traffic.ts';

/** One flag on the way to one destination. */
export interface FlagCount {
  readonly flag: string;
  /** As `wayOf` says. */
  readonly way: string;
  readonly destination: string;
  readonly direction: RequestShape['direction'];
  /** Lines by the class of their details. */
  readonly details: Map<string, number>;
  readonly total: number;
  count: number;
}

/** Most first. A line counts for each of its flags that mean a failure. */
export function flagCounts(requests: readonly RequestCount[]): readonly FlagCount[] {
  const totals = new Map<string, number>();
  for (const { shape, count } of requests) add(totals, wayOf(shape), count);
  const out = requests.reduce((sum, { shape, count }) => sum + (shape.direction === 'inbound' ? 0 : count), 0);
  const counts = new Map<string, FlagCount>();
  for (const { shape, count } of requests) {
    for (const flag of shape.flags.filter(isFailure)) {
      const way = wayOf(shape);
      const key = `${flag} ${way}`;
      const total = shape.direction === 'unknown' ? out : (totals.get(way) ?? count);
      const { destination, direction, details } = shape;
      const known = counts.get(key) ?? { flag, way, destination, direction, details: new Map(), total, count: 0 };
      known.count += count;
      add(known.details, details, count);
      counts.set(key, known);
    }
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}

/** Requests of one way are measured against each other. */
export function wayOf({ direction, destination }: RequestShape): string {
  return `${direction} ${destination}`;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Whether a request is one of those that a way is measured by: what found no route says of no destination, so by all that was sent out. */
export function isMeasuredBy(shape: RequestShape, way: string): boolean {
  return way.startsWith('unknown ') ? shape.direction !== 'inbound' : wayOf(shape) === way;
}
