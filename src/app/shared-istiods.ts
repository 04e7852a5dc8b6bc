import { rowsOfCluster, rowsOfOthers } from '../model/clusters-of-rows.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import type { PollReport, Source, SourceContext } from '../sources/source.ts';

/** The istiods of one cluster, where they serve the proxies of other clusters too (istio.io, "Install Primary-Remote"). */
export interface SharedIstiods {
  /** What they say of their own cluster's proxies, and of all that nobody else takes. */
  own(source: Source<ControlPlane>): Source<ControlPlane>;
  /** What they say of another cluster's, for as long as it runs. It polls nobody. */
  of(cluster: string, prepare: Prepare): Source<ControlPlane>;
  /** Has all who take a part of it prepare for theirs. What fails for one of them fails for nobody else. */
  prepare(value: ControlPlane, own: Prepare): Promise<void>;
}

type Prepare = (value: ControlPlane) => Promise<void>;
type Context = SourceContext<ControlPlane>;

/** One cluster, while its part is taken. */
interface Taker {
  readonly prepare: Prepare;
  readonly publish: Context['publish'];
  readonly report: Context['report'];
  readonly fail: (reason: unknown) => void;
}

/** The parts of one poll: the same objects, whoever asks. */
interface Parts {
  readonly whole: ControlPlane;
  readonly own: ControlPlane;
  readonly others: ReadonlyMap<Taker, ControlPlane>;
}

export function createSharedIstiods(): SharedIstiods {
  const takers = new Map<string, Taker>();
  let last: Parts | undefined;
  /** To whom something was published since the last report. */
  let published: readonly Taker[] | undefined;

  const partsOf = (whole: ControlPlane): Parts => {
    if (last?.whole === whole) return last;
    const others = new Map([...takers].map(([cluster, taker]) => [taker, rowsOfCluster(whole, cluster)]));
    last = { whole, own: others.size === 0 ? whole : rowsOfOthers(whole, new Set(takers.keys())), others };
    return last;
  };
  const publish = (whole: ControlPlane): void => {
    const { others } = partsOf(whole);
    for (const [taker, part] of others) attempt(taker, () => taker.publish(part));
    published = [...others.keys()];
  };
  const report = (outcome: PollReport): void => {
    // Who came between a poll and its report has not heard of it.
    for (const taker of published ?? takers.values()) attempt(taker, () => taker.report(outcome));
    published = undefined;
  };

  const parting = (context: Context): Context => ({
    ...context,
    publish: (whole) => {
      context.publish(partsOf(whole).own);
      publish(whole);
    },
    report: (outcome) => {
      context.report(outcome);
      report(outcome);
    },
  });
  return {
    own: (source) => ({ ...source, run: (context, signal) => source.run(parting(context), signal) }),
    of: (cluster, prepare) => ({
      name: 'istiod',
      rbac: [],
      run: async (context, signal) => {
        const ended = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => ended.resolve(), { once: true });
        if (signal.aborted) ended.resolve();
        const taker: Taker = { prepare, publish: context.publish, report: context.report, fail: ended.reject };
        takers.set(cluster, taker);
        await ended.promise.finally(() => {
          if (takers.get(cluster) === taker) takers.delete(cluster);
        });
      },
    }),
    prepare: async (whole, own) => {
      const { own: ownPart, others } = partsOf(whole);
      await own(ownPart);
      await Promise.all([...others].map(([taker, part]) => taker.prepare(part).catch(taker.fail)));
    },
  };
}

function attempt(taker: Taker, act: () => void): void {
  try {
    act();
  } catch (reason) {
    taker.fail(reason);
  }
}
