import type { EpochSeconds } from './brand.ts';
import { type ClusterObjects, type ObjectMap, objectKey } from './cluster.ts';
import { current } from './current.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { allows, isolates, type PolicyEndpoint } from './network-policy-verdict.ts';
import { connectsByItself, isLeaving } from './proxy-pod.ts';
import { type RevisionTags, revisionOfPod, revisionTags } from './proxy-revision.ts';
import type { XdsBlock } from './proxy-row.ts';
import { eachInSteps, runSteps, type Steps } from './steps.ts';
import type { Labels, Namespace, Pod } from './workload.ts';

/** The port of xDS and certificates, the same on istiod's Service and pods. */
const XDS_PORT = 15_012;

/** The blocks of each pod, egress first, by `namespace/name`; pods that no policy keeps from istiod are not in it. */
export type XdsBlocks = ReadonlyMap<string, readonly XdsBlock[]>;

/**
 * Which pods NetworkPolicies, by their text, keep from every istiod of their revision. Whether the network enforces
 * them cannot be known from here, and other policy engines may allow more, so this explains a proxy that is out of sync
 * and accuses no one else.
 * @returns undefined where pods, namespaces or policies are not known: nothing can be said
 */
export function xdsBlocks(
  cluster: ClusterObjects,
  now: EpochSeconds,
  staleAfterSeconds: number,
): XdsBlocks | undefined {
  return runSteps(xdsBlocksInSteps(cluster, now, staleAfterSeconds));
}

export function* xdsBlocksInSteps(
  cluster: ClusterObjects,
  now: EpochSeconds,
  staleAfterSeconds: number,
): Steps<XdsBlocks | undefined> {
  const pods = current(cluster.pods, now, staleAfterSeconds);
  const namespaces = current(cluster.namespaces, now, staleAfterSeconds);
  const policies = current(cluster.networkPolicies, now, staleAfterSeconds);
  if (pods === undefined || namespaces === undefined || policies === undefined) return undefined;
  const inputs = { pods, namespaces, tags: revisionTags(cluster), engines: cluster.otherPolicyEngines };
  const last = memory.get(policies);
  if (last !== undefined && areSame(last, inputs)) return last.blocks;
  const blocks = yield* findBlocks(yield* surveyOf({ ...inputs, policies }), pods);
  memory.set(policies, { ...inputs, blocks });
  return blocks;
}

/** The last answer for each state of the policies: they change seldom, and are asked after at each scrape. */
const memory = new WeakMap<ObjectMap<NetworkPolicy>, Inputs & { readonly blocks: XdsBlocks }>();

interface Inputs {
  readonly pods: ObjectMap<Pod>;
  readonly namespaces: ObjectMap<Namespace>;
  readonly tags: RevisionTags;
  readonly engines: readonly string[];
}

function areSame(one: Inputs, other: Inputs): boolean {
  return (
    one.pods === other.pods &&
    one.namespaces === other.namespaces &&
    one.tags === other.tags &&
    one.engines === other.engines
  );
}

interface IstiodEnd {
  readonly revision: string;
  readonly endpoint: PolicyEndpoint;
  /** The policies that isolate it for ingress. */
  readonly isolating: readonly NetworkPolicy[];
}

/** What is the same for every pod. */
interface Survey {
  readonly namespaces: ObjectMap<Namespace>;
  readonly tags: RevisionTags;
  readonly engines: readonly string[];
  readonly byNamespace: ReadonlyMap<string, readonly NetworkPolicy[]>;
  readonly istiods: readonly IstiodEnd[];
  readonly anyIsolatedIstiod: boolean;
  readonly dns: readonly PolicyEndpoint[];
}

function* surveyOf(inputs: Inputs & { readonly policies: ObjectMap<NetworkPolicy> }): Steps<Survey> {
  const { pods, namespaces, policies, tags, engines } = inputs;
  const byNamespace = Map.groupBy(policies.values(), ({ namespace }) => namespace);
  const istiods: IstiodEnd[] = [];
  const dns: PolicyEndpoint[] = [];
  yield* eachInSteps(pods.values(), (pod) => {
    if (isLeaving(pod)) return;
    if (pod.labels['k8s-app'] === 'kube-dns') dns.push(endpointOf(pod, namespaces));
    if (pod.labels['app'] !== 'istiod') return;
    const endpoint = endpointOf(pod, namespaces);
    const isolating = (byNamespace.get(pod.namespace) ?? []).filter((policy) => isolates(policy, endpoint, 'Ingress'));
    istiods.push({ revision: pod.labels['istio.io/rev'] || 'default', endpoint, isolating });
  });
  const anyIsolatedIstiod = istiods.some(({ isolating }) => isolating.length > 0);
  return { namespaces, tags, engines, byNamespace, istiods, anyIsolatedIstiod, dns };
}

function endpointOf(pod: Pod, namespaces: ObjectMap<Namespace>): PolicyEndpoint {
  const { namespace, labels, ips, ports, hostNetwork } = pod;
  return { namespace, namespaceLabels: labelsOf(namespace, namespaces), labels, ips, ports, hostNetwork };
}

/** Every namespace has the label of its name; one not listed yet has at least that. */
function labelsOf(namespace: string, namespaces: ObjectMap<Namespace>): Labels {
  return namespaces.get(namespace)?.labels ?? { 'kubernetes.io/metadata.name': namespace };
}

function* findBlocks(survey: Survey, pods: ObjectMap<Pod>): Steps<XdsBlocks> {
  const blocks = new Map<string, readonly XdsBlock[]>();
  if (survey.istiods.length === 0) return blocks;
  yield* eachInSteps(pods.values(), (pod) => {
    if (isLeaving(pod) || pod.hostNetwork || !connectsByItself(pod)) return;
    if (!survey.anyIsolatedIstiod && !survey.byNamespace.has(pod.namespace)) return;
    const found = blocksOf(pod, survey);
    if (found.length > 0) blocks.set(objectKey(pod.namespace, pod.name), found);
  });
  return blocks;
}

function blocksOf(pod: Pod, survey: Survey): readonly XdsBlock[] {
  const source = endpointOf(pod, survey.namespaces);
  const isolating = (survey.byNamespace.get(pod.namespace) ?? []).filter((policy) =>
    isolates(policy, source, 'Egress'),
  );
  const istiods = istiodsOf(pod, survey);
  const reachable = istiods.filter(({ endpoint }) => lets(isolating, 'Egress', source, endpoint));
  const blocks: XdsBlock[] = [];
  if (reachable.length === 0) {
    const dnsBlocked = isDnsBlocked(isolating, source, survey);
    blocks.push({ ...blockBy(isolating, 'egress', survey), ...(dnsBlocked ? { dnsBlocked } : {}) });
  }
  const asked = reachable.length === 0 ? istiods : reachable;
  if (asked.every((istiod) => !lets(istiod.isolating, 'Ingress', source, istiod.endpoint))) {
    blocks.push(blockBy(new Set(asked.flatMap((istiod) => istiod.isolating)), 'ingress', survey));
  }
  return blocks;
}

/** Those of its revision; all where it has none of its own. */
function istiodsOf(pod: Pod, { istiods, tags }: Survey): readonly IstiodEnd[] {
  const revision = revisionOfPod(pod, tags);
  const own = istiods.filter((istiod) => istiod.revision === revision);
  return own.length > 0 ? own : istiods;
}

function lets(
  isolating: readonly NetworkPolicy[],
  direction: 'Ingress' | 'Egress',
  source: PolicyEndpoint,
  destination: PolicyEndpoint,
): boolean {
  const traffic = { source, destination, protocol: 'TCP', port: XDS_PORT } as const;
  return isolating.length === 0 || isolating.some((policy) => allows(policy, direction, traffic));
}

/** Names the policy changed last: what broke a mesh that worked yesterday is most likely it. */
function blockBy(isolating: Iterable<NetworkPolicy>, direction: XdsBlock['direction'], { engines }: Survey): XdsBlock {
  const newestFirst = [...isolating].sort((one, other) => other.changedAt - one.changedAt || compare(one, other));
  const [newest, ...others] = newestFirst;
  return {
    policyNamespace: newest?.namespace ?? '',
    policy: newest?.name ?? '',
    direction,
    others: others.map(({ namespace, name }) => objectKey(namespace, name)),
    ...(engines.length === 0 ? {} : { otherEngines: engines }),
  };
}

function compare(one: NetworkPolicy, other: NetworkPolicy): number {
  const [a, b] = [objectKey(one.namespace, one.name), objectKey(other.namespace, other.name)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** No DNS pod can be asked on any port it serves over UDP. Where there are none to see, nothing is said. */
function isDnsBlocked(isolating: readonly NetworkPolicy[], source: PolicyEndpoint, { dns }: Survey): boolean {
  const asks = dns.flatMap((destination) =>
    dnsPorts(destination).map((port) => ({ source, destination, protocol: 'UDP', port }) as const),
  );
  return asks.length > 0 && !asks.some((traffic) => isolating.some((policy) => allows(policy, 'Egress', traffic)));
}

function dnsPorts({ ports }: PolicyEndpoint): readonly number[] {
  const served = ports.filter(({ protocol }) => protocol === 'UDP').map(({ port }) => port);
  return served.length > 0 ? served : [53];
}
