import type { StateChange, StateChangeCount } from '../model/sync-history.ts';
import type { SyncState, XdsType } from '../model/xds.ts';

/** Changes of one proxy that are kept for the page. */
const KEPT_CHANGES = 50;
/** UNKNOWN is not among them: it says something of istiod, not of the proxy. */
const COUNTED_STATES: readonly SyncState[] = ['SYNCED', 'STALE', 'NOT_SENT', 'ERROR'];

/** Adds a change at the end of a ring. */
export function withChange(changes: readonly StateChange[], change: StateChange): readonly StateChange[] {
  return [...(changes.length < KEPT_CHANGES ? changes : changes.slice(1 - KEPT_CHANGES)), change];
}

/** The counters of state changes while one poll is taken in. Copies what was there only when something is added. */
export interface ChangeCounter {
  /** Every state of a type that a namespace's proxies use begins at zero, so that its first change is an increase. */
  begin(namespace: string, type: XdsType): void;
  count(namespace: string, type: XdsType, state: SyncState): void;
  /** The counts, without those of namespaces that have no proxy left. */
  total(hasProxies: (namespace: string) => boolean): readonly StateChangeCount[];
}

type Counts = Map<string, Map<XdsType, Map<SyncState, number>>>;

export function createChangeCounter(before: readonly StateChangeCount[]): ChangeCounter {
  const counts: Counts = new Map();
  for (const { proxyNamespace, xdsType, state, count } of before) {
    countsOf(counts, proxyNamespace, xdsType).set(state, count);
  }
  let changed = false;
  return {
    begin(namespace, type) {
      if (counts.get(namespace)?.has(type) === true) return;
      const states = countsOf(counts, namespace, type);
      for (const state of COUNTED_STATES) states.set(state, 0);
      changed = true;
    },
    count(namespace, type, state) {
      const states = countsOf(counts, namespace, type);
      states.set(state, (states.get(state) ?? 0) + 1);
      changed = true;
    },
    total(hasProxies) {
      for (const namespace of counts.keys()) {
        if (hasProxies(namespace)) continue;
        counts.delete(namespace);
        changed = true;
      }
      return changed ? flatten(counts) : before;
    },
  };
}

function countsOf(counts: Counts, namespace: string, type: XdsType): Map<SyncState, number> {
  const types = getOrAdd(counts, namespace, () => new Map<XdsType, Map<SyncState, number>>());
  return getOrAdd(types, type, () => new Map<SyncState, number>());
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function flatten(counts: Counts): readonly StateChangeCount[] {
  const flat: StateChangeCount[] = [];
  for (const [proxyNamespace, types] of counts) {
    for (const [xdsType, states] of types) {
      for (const [state, count] of states) flat.push({ proxyNamespace, xdsType, state, count });
    }
  }
  return flat;
}
