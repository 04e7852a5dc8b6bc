import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { WeightedCluster } from '../../model/envoy-route.ts';
import { followCluster } from './follow-cluster.ts';
import { endedAt, type Trace, type TraceBranch, type TraceStep, type TraceVerdict } from './trace.ts';

/** The verdict that counts, where branches have several. */
const WORST_FIRST: readonly TraceVerdict[] = ['breaks', 'unknown', 'leaves', 'answers', 'reaches'];

/** Sends each share of the requests to its cluster. */
export function splitClusters(
  clusters: readonly WeightedCluster[],
  steps: readonly TraceStep[],
  dump: EnvoyDump,
): Trace {
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0) {
    const summary = 'The route names no cluster with a weight above 0.';
    return endedAt(steps, { verdict: 'breaks', reason: 'no_cluster', flag: 'NC', summary });
  }
  const branches = clusters.map(
    ({ name, weight }): TraceBranch => ({ share: weight / total, ...followCluster(name, dump) }),
  );
  // What gets nothing breaks nothing.
  const verdicts = branches.filter(({ share }) => share > 0).map(({ end }) => end.verdict);
  return { verdict: WORST_FIRST.find((each) => verdicts.includes(each)) ?? 'unknown', steps, branches };
}
