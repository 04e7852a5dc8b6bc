import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import { objectKey } from '../../model/cluster.ts';
import { known } from '../../model/observed.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { Labels, Pod } from '../../model/workload.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import type { AuthorizationPolicy } from './policy.ts';

/** The pod, if any object tells of it, and its labels as far as they are known. */
export interface PodFound {
  readonly pod: Pod | undefined;
  readonly labels: Labels | undefined;
  readonly notes: readonly string[];
}
type Found = PodFound | { readonly problem: string };

/** The pod of a question, by its own name or its workload's; in files it may be missing. */
export function findPod(question: AuthorizationQuestion, policies: readonly AuthorizationPolicy[]): Found {
  const { cluster, namespace, name, labels, hypothetical } = question;
  const { pods } = cluster;
  if (pods.state === 'failed') return { problem: `pods are not known: ${pods.error.detail}` };
  const pod = podNamed(cluster, namespace, name);
  if (pod !== undefined) return labelled(labels === undefined ? pod : { ...pod, labels });
  // Among pods that are written down, a name that is none of theirs is more likely a mistake.
  const areOthers = hypothetical && [...(known(pods)?.values() ?? [])].some((other) => other.namespace === namespace);
  if (hypothetical && (labels !== undefined || !areOthers)) return podMeant(question, policies);
  const remedy = hypothetical ? 'its pods in the files have other names' : `kubectl get pods -n ${namespace}`;
  return { problem: `there is no pod or workload ${name} in namespace ${namespace}; ${remedy}` };
}

function labelled(pod: Pod): PodFound {
  return { pod, labels: pod.labels, notes: [] };
}

/**
 * A pod that no file tells of. Without labels, it has those that the selectors ask for, if one pod can have them all: who
 * gives policies alone means the pod that they are about.
 */
function podMeant(
  { namespace, name, labels, rootNamespace }: AuthorizationQuestion,
  policies: readonly AuthorizationPolicy[],
): PodFound {
  const about = policies.filter((policy) => policy.namespace === namespace || policy.namespace === rootNamespace);
  const meant = labels ?? labelsMeant(about);
  const note = `${name} is in none of the files; answered for a pod with a sidecar in namespace ${namespace}`;
  const list = Object.entries(meant ?? {}).map(([key, value]) => `${key}=${value}`);
  const taken =
    labels === undefined && list.length > 0 ? `, labelled ${list.join(', ')} as selectors ask (or say --label)` : '';
  return { pod: undefined, labels: meant, notes: [`${note}${taken}`] };
}

function labelsMeant(policies: readonly AuthorizationPolicy[]): Labels | undefined {
  const meant = new Map<string, string>();
  for (const [key, value] of policies.flatMap(({ selector }) => Object.entries(selector ?? {}))) {
    if ((meant.get(key) ?? value) !== value) return undefined;
    meant.set(key, value);
  }
  return Object.fromEntries(meant);
}

/** By its own name, else any of the workload of that name. */
export function podNamed(cluster: ClusterObjects, namespace: string, name: string): Pod | undefined {
  const pods = known(cluster.pods);
  const own = pods?.get(objectKey(namespace, name));
  if (own !== undefined) return own;
  for (const pod of pods?.values() ?? []) {
    if (pod.namespace === namespace && !isLeaving(pod) && workloadOfPod(pod.name, pod, cluster) === name) return pod;
  }
  return undefined;
}
