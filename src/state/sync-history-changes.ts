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

/** Where a proxy belongs. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** The counters of state changes while one poll is taken in. Copies what was there only when something is added. */
export interface ChangeCounter {
  /** Every state of a type that a namespace's proxies use begins at zero, so that its first change is an increase. */
  begin(place: Place, type: XdsType): void;
  count(place: Place, type: XdsType, state: SyncState): void;
  /** The counts, without those of places that have no proxy left. */
  total(places: ReadonlySet<string>): readonly StateChangeCount[];
}

/** One word for a place. */
export function placeKey({ cluster, namespace }: Place): string {
  return `${cluster}/${namespace}`;
}

interface PlaceCounts extends Place {
  readonly types: Map<XdsType, Map<SyncState, number>>;
}

export function createChangeCounter(before: readonly StateChangeCount[]): ChangeCounter {
  const places = new Map<string, PlaceCounts>();
  for (const { cluster, proxyNamespace: namespace, xdsType, state, count } of before) {
    statesOf(places, { cluster, namespace }, xdsType).set(state, count);
  }
  let changed = false;
  return {
    begin(place, type) {
      const states = statesOf(places, place, type);
      if (states.size > 0) return;
      for (const state of COUNTED_STATES) states.set(state, 0);
      changed = true;
    },
    count(place, type, state) {
      const states = statesOf(places, place, type);
      states.set(state, (states.get(state) ?? 0) + 1);
      changed = true;
    },
    total(present) {
      for (const key of places.keys()) {
        if (present.has(key)) continue;
        places.delete(key);
        changed = true;
      }
      return changed ? flatten(places) : before;
    },
  };
}

function statesOf(places: Map<string, PlaceCounts>, place: Place, type: XdsType): Map<SyncState, number> {
  const { types } = getOrAdd(places, placeKey(place), () => ({ ...place, types: new Map() }));
  return getOrAdd(types, type, () => new Map<SyncState, number>());
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function flatten(places: ReadonlyMap<string, PlaceCounts>): readonly StateChangeCount[] {
  const flat: StateChangeCount[] = [];
  for (const { cluster, namespace, types } of places.values()) {
    for (const [xdsType, states] of types) {
      for (const [state, count] of states) flat.push({ cluster, proxyNamespace: namespace, xdsType, state, count });
    }
  }
  return flat;
}
