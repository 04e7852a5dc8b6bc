import { type ObjectMap, objectKey } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import { meshRootNamespace } from '../../model/mesh-root.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ConfigObject, Namespace, Pod, ReplicaSet, Service } from '../../model/workload.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { ACTIONS, type Action, type AuthorizationPolicy } from './policy.ts';
import { applies, targetOf } from './policy-target.ts';
import { AUTHORIZATION_POLICIES, readAuthorizationPolicy } from './read-policy.ts';
import { servicesByWaypoint, waypointOfPod } from './waypoint-services.ts';

/** Policies in a dry run are counted as such, whatever they would do. */
export type CountedAction = Action | 'DRY_RUN';
const COUNTED_ACTIONS: readonly CountedAction[] = [...ACTIONS, 'DRY_RUN'];

/** How many policies select the pods of a workload. */
export interface PolicyCount {
  readonly namespace: string;
  readonly workload: string;
  readonly action: CountedAction;
  readonly policies: number;
}

interface Inputs {
  readonly pods: ObjectMap<Pod>;
  readonly policies: ObjectMap<ConfigObject>;
  readonly services: ObjectMap<Service> | undefined;
  readonly namespaces: ObjectMap<Namespace> | undefined;
  readonly replicaSets: ObjectMap<ReplicaSet> | undefined;
  readonly rootNamespace: string;
}

/** The last answer for each state of the policies: they change seldom, and are asked after at each scrape. */
const memory = new WeakMap<ObjectMap<ConfigObject>, Inputs & { readonly counts: readonly PolicyCount[] }>();

/** Counts for every workload with a policy; undefined where pods or policies are not known. */
export function policyCounts(snapshot: MeshSnapshot): readonly PolicyCount[] | undefined {
  const inputs = inputsOf(snapshot);
  if (inputs === undefined) return undefined;
  const last = memory.get(inputs.policies);
  if (last !== undefined && isSame(last, inputs)) return last.counts;
  const counts = countPolicies(inputs, snapshot);
  memory.set(inputs.policies, { ...inputs, counts });
  return counts;
}

function inputsOf({ cluster, takenAt, settings }: MeshSnapshot): Inputs | undefined {
  const { staleAfterSeconds } = settings;
  const pods = current(cluster.pods, takenAt, staleAfterSeconds);
  const policies = current(cluster.config[AUTHORIZATION_POLICIES] ?? { state: 'pending' }, takenAt, staleAfterSeconds);
  if (pods === undefined || policies === undefined) return undefined;
  return {
    pods,
    policies,
    services: current(cluster.services, takenAt, staleAfterSeconds),
    namespaces: current(cluster.namespaces, takenAt, staleAfterSeconds),
    replicaSets: current(cluster.replicaSets, takenAt, staleAfterSeconds),
    rootNamespace: meshRootNamespace(cluster, settings.rootNamespace),
  };
}

function isSame(one: Inputs, other: Inputs): boolean {
  return (
    one.pods === other.pods &&
    one.services === other.services &&
    one.namespaces === other.namespaces &&
    one.replicaSets === other.replicaSets &&
    one.rootNamespace === other.rootNamespace
  );
}

/** Names of policies by action, of one workload. */
interface Found {
  readonly namespace: string;
  readonly workload: string;
  readonly byAction: Map<CountedAction, Set<string>>;
}

function countPolicies(inputs: Inputs, { cluster }: MeshSnapshot): readonly PolicyCount[] {
  const policies = [...inputs.policies.values()]
    .map(readAuthorizationPolicy)
    .filter(({ problem }) => problem === undefined);
  if (policies.length === 0) return [];
  const candidatesOf = candidates(policies, inputs);
  const found = new Map<string, Found>();
  for (const pod of inputs.pods.values()) {
    if (isLeaving(pod)) continue;
    const selecting = candidatesOf(pod);
    if (selecting.length === 0) continue;
    const workload = workloadOfPod(pod.name, pod, cluster);
    const key = `${pod.namespace}/${workload}`;
    const own = found.get(key) ?? { namespace: pod.namespace, workload, byAction: new Map() };
    found.set(key, own);
    for (const policy of selecting) note(own, policy);
  }
  return [...found.values()].flatMap(countsOf);
}

/** For a pod, the policies that apply to it, looked for only where they can come from. */
function candidates(
  policies: readonly AuthorizationPolicy[],
  inputs: Inputs,
): (pod: Pod) => readonly AuthorizationPolicy[] {
  const { services, namespaces, rootNamespace } = inputs;
  const byNamespace = Map.groupBy(policies, ({ namespace }) => namespace);
  const served = services === undefined ? new Map() : servicesByWaypoint(services, namespaces);
  return (pod) => {
    const target = targetOf(pod, served.get(waypointOfPod(pod)) ?? []);
    if (target === undefined) return [];
    const homes = new Set([rootNamespace, pod.namespace, ...target.serves.map(({ namespace }) => namespace)]);
    return [...homes].flatMap((home) =>
      (byNamespace.get(home) ?? []).filter((policy) => applies(policy, target, rootNamespace)),
    );
  };
}

function note({ byAction }: Found, { namespace, name, action, dryRun }: AuthorizationPolicy): void {
  const counted = dryRun ? 'DRY_RUN' : action;
  const names = byAction.get(counted) ?? new Set();
  byAction.set(counted, names.add(objectKey(namespace, name)));
}

function countsOf({ namespace, workload, byAction }: Found): readonly PolicyCount[] {
  return COUNTED_ACTIONS.flatMap((action) => {
    const policies = byAction.get(action)?.size ?? 0;
    return policies === 0 ? [] : [{ namespace, workload, action, policies }];
  });
}
