import type { MeshSnapshot } from '../model/snapshot.ts';
import { LADDER } from './index.ts';
import type { Finding, Rung, Scope } from './rung.ts';
import { rowsIn, rungNotPassed } from './scope.ts';

/** What one rung says. */
export interface LadderEntry extends Finding {
  readonly id: string;
  readonly number: number;
  readonly question: string;
}

/**
 * Climbs the ladder for a pod, a namespace or (without either) the whole mesh: one entry for each rung that can be asked
 * for a person, lowest first. Pure; whatever the snapshot holds, each rung answers.
 */
export function examineLadder(snapshot: MeshSnapshot, about: Scope = {}): readonly LadderEntry[] {
  const notPassed = rungNotPassed(snapshot, rowsIn(snapshot, about));
  return LADDER.flatMap((rung) => {
    const { id, number, question, examine } = rung;
    if (examine === undefined) return [];
    return { id, number, question, ...standing(rung, examine(snapshot, about), notPassed) };
  });
}

/** Configuration that is sound says nothing of proxies that do not hold it. A fault in it is one all the same. */
function standing({ needsSync }: Rung, finding: Finding, notPassed: number | undefined): Finding {
  if (needsSync !== true || notPassed === undefined || finding.verdict !== 'ok') return finding;
  const { summary, evidence } = finding;
  return {
    verdict: 'unknown',
    summary: `rung ${notPassed} not passed`,
    evidence: [`declared: ${summary}`, ...evidence],
  };
}
