import { FINDING_LEVELS, type FindingLevel } from '../../../model/analysis.ts';
import { known } from '../../../model/observed.ts';
import { proxyTable } from '../../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { type StateCount, stateCounts } from './proxy-list.ts';
import { trafficTotals } from './traffic-pairs.ts';

/** The mesh in a few numbers; null: not known. */
export interface MeshCounts {
  readonly proxies: readonly StateCount[];
  readonly findings: Readonly<Record<FindingLevel, number>> | null;
  readonly traffic: { readonly seconds: number; readonly requests: number; readonly failed: number } | null;
}

export function meshCounts(snapshot: MeshSnapshot): MeshCounts {
  const found = snapshot.analysis && known(snapshot.analysis)?.findings;
  const count = (level: FindingLevel): number => found?.filter((each) => each.level === level).length ?? 0;
  return {
    proxies: stateCounts(proxyTable(snapshot)),
    findings:
      found === undefined
        ? null
        : (Object.fromEntries(FINDING_LEVELS.map((level) => [level, count(level)])) as Record<FindingLevel, number>),
    traffic: trafficTotals(snapshot) ?? null,
  };
}
