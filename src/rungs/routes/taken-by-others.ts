import { recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { membersWith } from '../scope.ts';
import { firstOf } from '../wording.ts';
import { hostsOf, routesOf } from './callers.ts';
import { countedFrom, destinationOf } from './observed-split.ts';
import type { Split } from './splits.ts';

/** Requests to the hosts of a split that other routes of its own object took. */
export interface TakenByOthers {
  readonly total: number;
  /** `route "all"`, those that took most first. */
  readonly names: string;
}

/** Undefined where no other route of the object took any. */
export function takenByOthers(split: Split, object: ConfigObject, snapshot: MeshSnapshot): TakenByOthers | undefined {
  const from = countedFrom(split, snapshot);
  const requests = recentTraffic(snapshot, LONGEST_SECONDS, ({ at }) => at > from)?.requests ?? [];
  const own = routesOf(split, snapshot);
  const counts = new Map<string, number>();
  for (const { shape, count } of hostsOf(split, object).flatMap((host) => membersWith(requests, host, destinationOf))) {
    const isTcp = shape.route === '' && shape.responseCode === 0;
    if (shape.direction !== 'outbound' || isTcp || shape.route === split.route || !own.has(shape.route)) continue;
    counts.set(shape.route, (counts.get(shape.route) ?? 0) + count);
  }
  if (counts.size === 0) return undefined;
  const most = [...counts].toSorted(([, one], [, other]) => other - one);
  const names = most.map(([route]) => (route === '' ? 'one without a name' : `"${route}"`));
  const total = most.reduce((sum, [, count]) => sum + count, 0);
  return { total, names: `route ${firstOf(names)}` };
}
