import type { EpochSeconds } from '../model/brand.ts';
import type { ListedProxy } from '../model/newest-connections.ts';
import type { ProxyConnection } from '../model/proxy.ts';
import type { RestoredType } from '../model/restored-fact.ts';
import type { ProxyHistory, StateChange, TypeHistory, Verdict } from '../model/sync-history.ts';
import { worstState } from '../model/worst-state.ts';
import type { SyncState, XdsType } from '../model/xds.ts';
import {
  type Advance,
  confirmOutOfSync,
  type Draft,
  note,
  recallOutOfSync,
  settleRestored,
} from './sync-history-advance.ts';
import { saysTheSame } from './sync-history-same.ts';
import { advanceType, isUnacked } from './sync-history-types.ts';

/** A proxy that an istiod which answers lists now. */
export interface ListedLook {
  readonly key: string;
  readonly cluster: string;
  readonly before: ProxyHistory | undefined;
  readonly listed: ListedProxy;
}

/** Takes in one listed proxy. Gives back the very same object where nothing changed: in a quiet mesh nearly always. */
export function advanceListed(look: ListedLook, advance: Advance): ProxyHistory {
  const { before, listed } = look;
  if (before !== undefined && isSettled(before) && saysTheSame(before, listed)) return before;
  const draft = draftOf(look);
  const changes = advanceTypes(draft, look, advance);
  const state = stateOf(listed.connection);
  if (before?.absentSince !== undefined) {
    changes.push(advance.change({ from: before.verdict === 'missing' ? 'MISSING' : 'ABSENT', to: state }));
  }
  note(draft, advance, changes);
  if (state === 'SYNCED') {
    draft.seenSynced = true;
    advance.restored.delete(look.key);
  } else {
    suspect(draft, look, state, advance);
  }
  draft.verdict = verdictOf(state, draft);
  return draft;
}

/** Another look at the same cannot teach anything more. */
function isSettled({ verdict, absentSince, suspectSince, outOfSync }: ProxyHistory): boolean {
  return verdict !== 'unknown' && absentSince === undefined && (suspectSince === undefined || outOfSync !== undefined);
}

function draftOf({ key, cluster, before, listed }: ListedLook): Draft {
  const { connection, answer } = listed;
  const draft: Draft = {
    key,
    cluster,
    namespace: connection.namespace,
    name: connection.name,
    connection,
    istiod: answer.istiod.name,
    revision: answer.istiod.revision,
    access: answer.access,
    verdict: 'unknown',
    types: {},
    changes: before?.changes ?? [],
  };
  if (before?.seenSynced === true) draft.seenSynced = true;
  return draft;
}

/** @returns what changed */
function advanceTypes(draft: Draft, { before, listed }: ListedLook, advance: Advance): StateChange[] {
  const { now, counter } = advance;
  const types: Partial<Record<XdsType, TypeHistory>> = {};
  const changes: StateChange[] = [];
  const sameConnection = before !== undefined && isSameConnection(before, listed);
  for (const name in listed.connection.types) {
    const xdsType = name as XdsType;
    const sync = listed.connection.types[xdsType];
    if (sync === undefined) continue;
    const known = before?.types[xdsType];
    const next = advanceType({ before: known, sync, sameConnection, now });
    types[xdsType] = next;
    if (known === undefined) counter.begin(draft, xdsType);
    else if (known.state !== next.state) {
      counter.count(draft, xdsType, next.state);
      changes.push(advance.change({ xdsType, from: known.state, to: next.state }));
    }
  }
  draft.types = types;
  return changes;
}

/** State belongs to a connection: after a reconnect nonces begin anew. */
function isSameConnection(before: ProxyHistory, { connection, answer }: ListedProxy): boolean {
  if (before.absentSince !== undefined || before.istiod !== answer.istiod.name) return false;
  const old = before.connection?.connectedAt;
  return old === undefined || connection.connectedAt === undefined || old === connection.connectedAt;
}

/** Before istiod 1.23 the rows of a ztunnel tell nothing of its state. */
function stateOf({ type, types }: ProxyConnection): SyncState {
  if (type === 'ztunnel') {
    for (const _ in types) return worstState(types);
    return 'UNKNOWN';
  }
  return worstState(types);
}

/** Not SYNCED: since when, and whether a second poll has confirmed it. */
function suspect(draft: Draft, look: ListedLook, state: SyncState, advance: Advance): void {
  const { before, listed } = look;
  const since = isUnacked(state) ? earliestSuspicion(draft.types) : before?.suspectSince;
  if (since !== undefined) draft.suspectSince = since;
  if (before?.suspectSince === undefined && since !== undefined) advance.changed();
  if (before?.outOfSync !== undefined && !hasAcknowledged(look, since, advance)) draft.outOfSync = before.outOfSync;
  restoreTypes(draft, advance);
  if (isUnacked(state)) {
    settleRestored(draft, advance);
    confirmOutOfSync(draft, advance, listed.connection.connectedAt);
  } else {
    recallOutOfSync(draft, advance);
  }
}

/**
 * Something it owed was acknowledged since the last look: alive, only behind, so counting begins anew. After a
 * reconnect nothing can have moved; what was known of the proxy is kept until it is SYNCED.
 */
function hasAcknowledged({ before, listed }: ListedLook, since: EpochSeconds | undefined, { now }: Advance): boolean {
  if (before === undefined || since !== now || !isSameConnection(before, listed)) return false;
  return earliestSuspicion(before.types) !== undefined;
}

function earliestSuspicion(types: ProxyHistory['types']): EpochSeconds | undefined {
  let earliest: EpochSeconds | undefined;
  for (const name in types) {
    const since = types[name as XdsType]?.suspectSince;
    if (since !== undefined && (earliest === undefined || since < earliest)) earliest = since;
  }
  return earliest;
}

/** What an earlier process knew of the pushes that still wait. */
function restoreTypes(draft: Draft, { restored }: Advance): void {
  const facts = restored.get(draft.key)?.types;
  if (facts === undefined) return;
  const types: Partial<Record<XdsType, TypeHistory>> = { ...draft.types };
  for (const [type, { acked, unackedSince }] of Object.entries(facts) as [XdsType, RestoredType][]) {
    const seen = types[type];
    if (seen?.unackedSince === undefined || seen.acked !== acked) continue;
    if (unackedSince < seen.unackedSince) types[type] = { ...seen, unackedSince };
  }
  draft.types = types;
}

function verdictOf(state: SyncState, { outOfSync }: Draft): Verdict {
  switch (state) {
    case 'ERROR':
      return 'rejected';
    case 'STALE':
      return 'stale';
    case 'UNKNOWN':
      return 'unknown';
    case 'NOT_SENT':
      // Nothing is owed; but one that comes back has not got what it lacked yet.
      return outOfSync === undefined ? 'synced' : 'stale';
    case 'SYNCED':
      return 'synced';
  }
}
