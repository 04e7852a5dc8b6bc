import { rowsOfCluster, rowsOfOthers } from '../model/clusters-of-rows.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import type { Source, SourceContext } from '../sources/source.ts';
import { untilAborted } from './until-aborted.ts';

/** The istiods of one cluster, where they serve the proxies of other clusters too (istio.io, "Install Primary-Remote"). */
export interface SharedIstiods {
  /** What they say of their own cluster's proxies, and of all that nobody else takes. */
  own(source: Source<ControlPlane>): Source<ControlPlane>;
  /** What they say of another cluster's, for as long as it runs. It polls nobody. */
  of(cluster: string, prepare: Prepare): Source<ControlPlane>;
  /** Has all who take a part of it prepare for theirs. */
  prepare(value: ControlPlane, own: Prepare): Promise<void>;
}

type Prepare = (value: ControlPlane) => Promise<void>;
type Context = SourceContext<ControlPlane>;

interface Taker extends Pick<Context, 'publish' | 'report'> {
  readonly prepare: Prepare;
}

/** The parts of one poll: the same objects, whoever asks. */
interface Parts {
  readonly whole: ControlPlane;
  readonly own: ControlPlane;
  readonly others: ReadonlyMap<string, ControlPlane>;
}

export function createSharedIstiods(): SharedIstiods {
  const takers = new Map<string, Taker>();
  let last: Parts | undefined;
  const partsOf = (whole: ControlPlane): Parts => {
    if (last?.whole === whole) return last;
    const clusters = new Set(takers.keys());
    const others = new Map([...clusters].map((cluster) => [cluster, rowsOfCluster(whole, cluster)]));
    last = { whole, own: clusters.size === 0 ? whole : rowsOfOthers(whole, clusters), others };
    return last;
  };
  const forEachPart = (whole: ControlPlane, take: (taker: Taker, part: ControlPlane) => void): void => {
    for (const [cluster, part] of partsOf(whole).others) {
      const taker = takers.get(cluster);
      if (taker !== undefined) take(taker, part);
    }
  };
  const parting = (context: Context): Context => ({
    ...context,
    publish: (whole) => {
      context.publish(partsOf(whole).own);
      forEachPart(whole, (taker, part) => taker.publish(part));
    },
    report: (report) => {
      context.report(report);
      for (const taker of takers.values()) taker.report(report);
    },
  });
  return {
    own: (source) => ({ ...source, run: (context, signal) => source.run(parting(context), signal) }),
    of: (cluster, prepare) => ({
      name: 'istiod',
      rbac: [],
      run: async ({ publish, report }, signal) => {
        takers.set(cluster, { publish, report, prepare });
        await untilAborted(signal);
        takers.delete(cluster);
      },
    }),
    prepare: async (whole, own) => {
      await own(partsOf(whole).own);
      const preparing: Promise<void>[] = [];
      forEachPart(whole, (taker, part) => preparing.push(taker.prepare(part)));
      await Promise.all(preparing);
    },
  };
}
