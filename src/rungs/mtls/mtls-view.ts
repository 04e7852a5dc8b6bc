import type { ObjectMap } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import { meshRootNamespace } from '../../model/mesh-root.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { runSteps, type Steps } from '../../model/steps.ts';
import type { ConfigObject, MeshConfig, Pod, ReplicaSet, Service } from '../../model/workload.ts';
import { DESTINATION_RULES } from './destination-rules.ts';
import { PEER_AUTHENTICATIONS } from './peer-authentication.ts';

/** What this rung goes by; optional where conflicts can be told in part without it. */
export interface MtlsView {
  readonly rootNamespace: string;
  readonly pods: ObjectMap<Pod>;
  readonly peerAuthentications: ObjectMap<ConfigObject>;
  readonly replicaSets: ObjectMap<ReplicaSet> | undefined;
  readonly services: ObjectMap<Service> | undefined;
  readonly destinationRules: ObjectMap<ConfigObject> | undefined;
  readonly meshConfigs: ObjectMap<MeshConfig> | undefined;
}

/** Undefined where pods or PeerAuthentications are not known: then nothing can be said. */
function mtlsView({ cluster, takenAt, settings }: MeshSnapshot): MtlsView | undefined {
  const { staleAfterSeconds, rootNamespace } = settings;
  const config = (kind: string): ObjectMap<ConfigObject> | undefined =>
    current(cluster.config[kind] ?? { state: 'pending' }, takenAt, staleAfterSeconds);
  const pods = current(cluster.pods, takenAt, staleAfterSeconds);
  const peerAuthentications = config(PEER_AUTHENTICATIONS);
  if (pods === undefined || peerAuthentications === undefined) return undefined;
  return {
    rootNamespace: meshRootNamespace(cluster, rootNamespace),
    pods,
    peerAuthentications,
    replicaSets: current(cluster.replicaSets, takenAt, staleAfterSeconds),
    services: current(cluster.services, takenAt, staleAfterSeconds),
    destinationRules: config(DESTINATION_RULES),
    meshConfigs: current(cluster.meshConfigs, takenAt, staleAfterSeconds),
  };
}

/** Computes again only when the view shows something else than last time: scrapes are many, changes are few. */
export function oncePerView<T>(compute: (view: MtlsView) => T): (snapshot: MeshSnapshot) => T | undefined {
  // biome-ignore lint/correctness/useYield: what is done at once has no pauses.
  const inSteps = oncePerViewInSteps(function* (view) {
    return compute(view);
  });
  return (snapshot) => runSteps(inSteps(snapshot));
}

/** The same for what takes its time. */
export function oncePerViewInSteps<T>(
  compute: (view: MtlsView, snapshot: MeshSnapshot) => Steps<T>,
): (snapshot: MeshSnapshot) => Steps<T | undefined> {
  const memory = new WeakMap<ObjectMap<ConfigObject>, { readonly view: MtlsView; readonly result: T }>();
  return function* (snapshot) {
    const view = mtlsView(snapshot);
    if (view === undefined) return undefined;
    const last = memory.get(view.peerAuthentications);
    if (last !== undefined && isSame(last.view, view)) return last.result;
    const result = yield* compute(view, snapshot);
    memory.set(view.peerAuthentications, { view, result });
    return result;
  };
}

function isSame(one: MtlsView, other: MtlsView): boolean {
  return (Object.keys(one) as (keyof MtlsView)[]).every((field) => one[field] === other[field]);
}
