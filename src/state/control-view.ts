import type { EpochSeconds } from '../model/brand.ts';
import type { ControlPlane, IstiodAnswer } from '../model/control-plane.ts';

/** What one poll of all istiods allows us to say of a proxy that none of them lists. */
export interface ControlView {
  /** At least one istiod answered. When none did, nothing is missing: all is unknown. */
  readonly answered: boolean;
  /** Rows that were listed and could not be read: an absent proxy may be among them. */
  readonly skippedRows: number;
  /** Whether an istiod that may hold a proxy of this revision cannot tell us so now. */
  isBlindTo(revision: string | undefined): boolean;
}

/**
 * A restarted istiod lists none of its proxies at first; the slowest came back after 22 s, and not before 40 s is their
 * absence worth a word (measured with Istio 1.30).
 */
const RESTART_GRACE_SECONDS = 40;

export function controlView(controlPlane: ControlPlane, now: EpochSeconds, graceSeconds: number): ControlView {
  const grace = Math.max(RESTART_GRACE_SECONDS, graceSeconds);
  const revisions = new Set<string>();
  const blind = new Set<string>();
  let answered = false;
  let skippedRows = 0;
  for (const answer of controlPlane.istiods) {
    const { revision } = answer.istiod;
    revisions.add(revision);
    if (answers(answer)) {
      answered = true;
      skippedRows += answer.skippedRows ?? 0;
    }
    if (hidesProxies(answer, now, grace)) blind.add(revision);
  }
  return {
    answered,
    skippedRows,
    isBlindTo: (revision) =>
      revision === undefined || !revisions.has(revision) ? blind.size > 0 : blind.has(revision),
  };
}

function answers({ error, answeredAt }: IstiodAnswer): boolean {
  return error === undefined && answeredAt !== undefined;
}

/** One that is not Ready serves nobody: a crash-looping replica does not blind us. */
function hidesProxies(answer: IstiodAnswer, now: EpochSeconds, graceSeconds: number): boolean {
  const { ready, startedAt } = answer.istiod;
  if (ready === false) return false;
  return !answers(answer) || (startedAt !== undefined && now - startedAt < graceSeconds);
}
