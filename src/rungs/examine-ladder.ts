import type { MeshSnapshot } from '../model/snapshot.ts';
import { LADDER } from './index.ts';
import type { Finding, Rung, Scope } from './rung.ts';
import { isUnheardOf, leftOutText, rowsIn, rowsNotPassed, rungNotPassed } from './scope.ts';

/** What one rung says. */
export interface LadderEntry extends Finding {
  readonly id: string;
  readonly number: number;
  readonly question: string;
}

/** How many of the proxies asked about have not passed which lower rung. */
interface Standing {
  readonly notPassed: number;
  readonly behind: number;
  readonly all: number;
}

/**
 * Climbs the ladder for a pod, a namespace or (without either) the whole mesh: one entry for each rung that can be asked
 * for a person, lowest first. Pure; whatever the snapshot holds, each rung answers.
 */
export function examineLadder(snapshot: MeshSnapshot, about: Scope = {}): readonly LadderEntry[] {
  const standing = standingOf(snapshot, about);
  const isNobody = isUnheardOf(snapshot, about);
  return LADDER.flatMap((rung) => {
    const { id, number, question, examine } = rung;
    if (examine === undefined) return [];
    const finding = inForce(rung, examine(snapshot, about), standing);
    return { id, number, question, ...(isNobody && number > 0 ? ofNobody(finding) : finding) };
  });
}

/** Of a pod that nobody has heard of all would be well: a name may be mistyped, and a pod gone. */
function ofNobody(finding: Finding): Finding {
  return finding.verdict === 'ok' ? { verdict: 'unknown', summary: 'nobody knows such a pod', evidence: [] } : finding;
}

/** Undefined where all have passed. */
function standingOf(snapshot: MeshSnapshot, about: Scope): Standing | undefined {
  const rows = rowsIn(snapshot, about);
  const notPassed = rungNotPassed(snapshot, rows);
  return notPassed === undefined
    ? undefined
    : { notPassed, behind: rowsNotPassed(snapshot, rows).length, all: rows.length };
}

/**
 * Configuration that is sound says nothing of proxies that do not hold it: they are left out, and where there are no
 * others nothing is known. A fault in it is one all the same.
 */
function inForce({ needsSync }: Rung, finding: Finding, standing: Standing | undefined): Finding {
  if (needsSync !== true || standing === undefined || finding.verdict !== 'ok') return finding;
  const { summary, evidence } = finding;
  const { notPassed, behind, all } = standing;
  if (behind < all) return { ...finding, summary: `${summary}; ${leftOutText(behind, all, notPassed)}` };
  return {
    verdict: 'unknown',
    summary: `rung ${notPassed} not passed`,
    evidence: [`declared: ${summary}`, ...evidence],
    notPassed,
  };
}
