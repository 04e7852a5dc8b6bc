import type { EpochSeconds } from '../model/brand.ts';
import type { StateChange, StateChangeCount } from '../model/sync-history.ts';
import type { SyncState, XdsType } from '../model/xds.ts';

/** Changes of one proxy that are kept for the page. */
const KEPT_CHANGES = 50;
/** UNKNOWN is not among them: it says something of istiod, not of the proxy. */
const COUNTED_STATES: readonly SyncState[] = ['SYNCED', 'STALE', 'NOT_SENT', 'ERROR'];

/** Adds changes at the end of a ring. */
export function withChanges(changes: readonly StateChange[], added: readonly StateChange[]): readonly StateChange[] {
  const over = changes.length + added.length - KEPT_CHANGES;
  return over > 0 ? changes.slice(over).concat(added) : changes.concat(added);
}

/** Makes changes of one moment. Proxies change alike, ten thousand at a push: those that do share one object. */
export function createChangeMaker(at: EpochSeconds): (change: Omit<StateChange, 'at'>) => StateChange {
  const made: StateChange[] = [];
  return (change) => {
    const { xdsType, from, to } = change;
    for (const one of made) if (one.to === to && one.xdsType === xdsType && one.from === from) return one;
    const fresh = Object.freeze({ at, ...change });
    made.push(fresh);
    return fresh;
  };
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
  /** Forgets the places that have no proxy left. */
  keepOnly(proxies: Iterable<Place>): void;
  total(): readonly StateChangeCount[];
}

type States = Map<SyncState, number>;
/** By cluster, namespace and type. */
type Counts = Map<string, Map<string, Map<XdsType, States>>>;

export function createChangeCounter(before: readonly StateChangeCount[]): ChangeCounter {
  const counts: Counts = new Map();
  for (const { cluster, proxyNamespace: namespace, xdsType, state, count } of before) {
    statesOf(counts, { cluster, namespace }, xdsType).set(state, count);
  }
  let changed = false;
  return {
    begin(place, type) {
      const states = statesOf(counts, place, type);
      if (states.size > 0) return;
      for (const state of COUNTED_STATES) states.set(state, 0);
      changed = true;
    },
    count(place, type, state) {
      const states = statesOf(counts, place, type);
      states.set(state, (states.get(state) ?? 0) + 1);
      changed = true;
    },
    keepOnly(proxies) {
      if (deleteOthers(counts, proxies)) changed = true;
    },
    total: () => (changed ? flatten(counts) : before),
  };
}

function statesOf(counts: Counts, { cluster, namespace }: Place, type: XdsType): States {
  let namespaces = counts.get(cluster);
  if (namespaces === undefined) {
    namespaces = new Map();
    counts.set(cluster, namespaces);
  }
  let types = namespaces.get(namespace);
  if (types === undefined) {
    types = new Map();
    namespaces.set(namespace, types);
  }
  let states = types.get(type);
  if (states === undefined) {
    states = new Map();
    types.set(type, states);
  }
  return states;
}

/** @returns whether there were any */
function deleteOthers(counts: Counts, proxies: Iterable<Place>): boolean {
  const present = new Set<string>();
  for (const { cluster, namespace } of proxies) present.add(`${cluster}/${namespace}`);
  let any = false;
  for (const [cluster, namespaces] of counts) {
    for (const namespace of namespaces.keys()) {
      if (!present.has(`${cluster}/${namespace}`)) any = namespaces.delete(namespace);
    }
  }
  return any;
}

function flatten(counts: Counts): readonly StateChangeCount[] {
  const flat: StateChangeCount[] = [];
  for (const [cluster, namespaces] of counts) {
    for (const [proxyNamespace, types] of namespaces) {
      for (const [xdsType, states] of types) {
        for (const [state, count] of states) flat.push({ cluster, proxyNamespace, xdsType, state, count });
      }
    }
  }
  return flat;
}
