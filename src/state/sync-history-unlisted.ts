import type { EpochSeconds } from '../model/brand.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import type { ProxyHistory, Verdict } from '../model/sync-history.ts';
import type { Pod } from '../model/workload.ts';
import { worstState } from '../model/worst-state.ts';
import { type Advance, confirmOutOfSync, type Draft, note, recallOutOfSync } from './sync-history-advance.ts';

/** A proxy that no istiod which answers lists now. */
export interface UnlistedLook {
  readonly key: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly before: ProxyHistory | undefined;
}

/** Nothing can be said of it now: what was known is held, and neither confirmed nor forgotten. */
export function holdUnlisted(look: UnlistedLook, advance: Advance): ProxyHistory {
  const { before } = look;
  const recalls = before?.outOfSync === undefined && advance.restored.has(look.key);
  if (before?.verdict === 'unknown' && before.lastListedAt === lastListedAt(before, advance) && !recalls) return before;
  const draft = draftOf(look, advance);
  draft.verdict = 'unknown';
  recallOutOfSync(draft, advance);
  return draft;
}

/**
 * It should be listed and is not. Called missing when a second poll finds so: a proxy that only reconnects (istiod
 * closes every connection after half an hour or so) is back by then. The last poll of an earlier process counts as the
 * first of two.
 * @param pod whose running proxy owes a connection
 */
export function advanceAbsent(look: UnlistedLook, pod: Pod, advance: Advance): ProxyHistory {
  const { before } = look;
  if (before?.absentSince !== undefined && before.verdict === 'missing' && before.outOfSync !== undefined)
    return before;
  const fact = advance.restored.get(look.key);
  const draft = draftOf(look, advance);
  const absentSince = draft.absentSince ?? fact?.absentSince;
  draft.absentSince = absentSince ?? advance.now;
  draft.suspectSince ??= advance.now;
  draft.verdict = absentSince === undefined ? (before?.verdict ?? verdictOf(fact)) : 'missing';
  noteAbsence(draft, before, advance);
  recallOutOfSync(draft, advance);
  // When it comes back, it is by another connection: what it had acknowledged on the old one cannot be compared.
  advance.restored.delete(look.key);
  confirmOutOfSync(draft, advance, pod.proxy?.startedAt);
  return draft;
}

/** As an earlier process left it. Whom it knew to be connected had not acknowledged something. */
function verdictOf(fact: RestoredFact | undefined): Verdict {
  return fact?.types === undefined ? 'unknown' : 'stale';
}

function draftOf(look: UnlistedLook, advance: Advance): Draft {
  const { before, key, cluster, namespace, name } = look;
  const draft: Draft =
    before === undefined
      ? { key, cluster, namespace, name, verdict: 'unknown', types: {}, changes: [] }
      : { ...before };
  const at = lastListedAt(before, advance);
  if (at !== undefined) draft.lastListedAt = at;
  return draft;
}

function lastListedAt(before: ProxyHistory | undefined, { previousAt }: Advance): EpochSeconds | undefined {
  return before?.lastListedAt ?? (before?.connection === undefined ? undefined : previousAt);
}

function noteAbsence(draft: Draft, before: ProxyHistory | undefined, advance: Advance): void {
  if (before?.absentSince === undefined) {
    if (before?.connection === undefined) advance.changed();
    else note(draft, advance, [advance.change({ from: worstState(before.types), to: 'ABSENT' })]);
  } else if (before.verdict !== 'missing') {
    note(draft, advance, [advance.change({ from: 'ABSENT', to: 'MISSING' })]);
  }
}
