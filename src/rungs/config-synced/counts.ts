import type { ProxyRow } from '../../model/proxy-row.ts';
import { eachInSteps, type Steps } from '../../model/steps.ts';
import { type StateChangeCount, VERDICTS, type Verdict } from '../../model/sync-history.ts';
import { SYNC_STATES, type SyncState, type XdsType } from '../../model/xds.ts';
import { countsByState } from '../counts-by-state.ts';
import type { Gathered } from '../samples.ts';
import type { FAMILIES } from './families.ts';

type Lists = Pick<Gathered<typeof FAMILIES>, 'expectedProxies' | 'proxies'>;

/** The proxies of one namespace of one cluster. */
interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly verdicts: Map<Verdict, number>;
  readonly types: Map<XdsType, Map<SyncState, number>>;
}

type Places = Map<string, Map<string, Place>>;

/**
 * Counts by namespace, zeros included where all is known.
 * @param seen every type that proxies of a namespace use, so that its zeros stay while all of them are missing
 */
export function* addCounts(lists: Lists, rows: readonly ProxyRow[], seen: readonly StateChangeCount[]): Steps<void> {
  const places: Places = new Map();
  yield* eachInSteps(rows, (row) => countRow(placeOf(places, row.cluster, row.namespace), row));
  for (const { cluster, proxyNamespace, xdsType } of seen) {
    const place = places.get(cluster)?.get(proxyNamespace);
    if (place !== undefined) statesOf(place, xdsType);
  }
  for (const namespaces of places.values()) for (const place of namespaces.values()) addPlace(lists, place);
}

function countRow(place: Place, { verdict, types }: ProxyRow): void {
  place.verdicts.set(verdict, (place.verdicts.get(verdict) ?? 0) + 1);
  for (const name in types) {
    const type = name as XdsType;
    const state = types[type]?.state;
    if (state === undefined) continue;
    const states = statesOf(place, type);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
}

function placeOf(places: Places, cluster: string, namespace: string): Place {
  let namespaces = places.get(cluster);
  if (namespaces === undefined) {
    namespaces = new Map();
    places.set(cluster, namespaces);
  }
  let place = namespaces.get(namespace);
  if (place === undefined) {
    place = { cluster, namespace, verdicts: new Map(), types: new Map() };
    namespaces.set(namespace, place);
  }
  return place;
}

function statesOf({ types }: Place, type: XdsType): Map<SyncState, number> {
  let states = types.get(type);
  if (states === undefined) {
    states = new Map();
    types.set(type, states);
  }
  return states;
}

function addPlace(lists: Lists, { cluster, namespace, verdicts, types }: Place): void {
  const labels = { mesh_cluster: cluster, proxy_namespace: namespace };
  const allKnown = !verdicts.has('unknown');
  for (const [verdict, value] of countsByState(VERDICTS, verdicts, allKnown)) {
    lists.expectedProxies.push({ labels: { ...labels, verdict }, value });
  }
  for (const [xds_type, states] of types) {
    for (const [state, value] of countsByState(SYNC_STATES, states, allKnown)) {
      lists.proxies.push({ labels: { ...labels, xds_type, state }, value });
    }
  }
}
