import { isInCidr } from './cidr.ts';
import { selects } from './label-selector.ts';
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  PolicyDirection,
} from './network-policy.ts';
import type { ContainerPort, Labels } from './workload.ts';

/** One end of a connection, as a NetworkPolicy sees it. */
export interface PolicyEndpoint {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  readonly ips: readonly string[];
  /** For named ports, which are those of the destination pod. */
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
}

/** A connection someone wants to open, to a port of the destination POD: Service ports are translated before. */
export interface PolicyTraffic {
  readonly source: PolicyEndpoint;
  readonly destination: PolicyEndpoint;
  readonly protocol: ContainerPort['protocol'];
  readonly port: number;
}

/**
 * Whether the policy isolates a pod in a direction: it selects it, and the direction is among its types. Without types
 * (a file never stored), Ingress always, and Egress only where there are egress rules. Pods on the host's network are
 * exempt, as in most network plugins (Kubernetes, "Network Policies").
 */
export function isolates(policy: NetworkPolicy, pod: PolicyEndpoint, direction: PolicyDirection): boolean {
  if (pod.hostNetwork || policy.namespace !== pod.namespace || !hasType(policy, direction)) return false;
  return selects(policy.podSelector, pod.labels);
}

function hasType({ policyTypes, egress }: NetworkPolicy, direction: PolicyDirection): boolean {
  if (policyTypes !== undefined) return policyTypes.includes(direction);
  return direction === 'Ingress' || (egress !== undefined && egress.length > 0);
}

/** Whether a rule of a policy that isolates one end in this direction allows the traffic. No rules allow nothing. */
export function allows(policy: NetworkPolicy, direction: PolicyDirection, traffic: PolicyTraffic): boolean {
  const rules = direction === 'Ingress' ? policy.ingress : policy.egress;
  const peer = direction === 'Ingress' ? traffic.source : traffic.destination;
  return rules?.some((rule) => coversPort(rule, traffic) && coversPeer(rule, policy.namespace, peer)) ?? false;
}

/** No list and an empty list both mean every port. */
function coversPort({ ports }: NetworkPolicyRule, traffic: PolicyTraffic): boolean {
  return ports === undefined || ports.length === 0 || ports.some((port) => matchesPort(port, traffic));
}

function matchesPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, traffic: PolicyTraffic): boolean {
  if (protocol !== traffic.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return port <= traffic.port && traffic.port <= (endPort ?? port);
  return traffic.destination.ports.some(
    (named) => named.name === port && named.protocol === protocol && named.port === traffic.port,
  );
}

/** No list and an empty list both mean everyone, also outside the cluster. */
function coversPeer({ peers }: NetworkPolicyRule, policyNamespace: string, peer: PolicyEndpoint): boolean {
  return peers === undefined || peers.length === 0 || peers.some((entry) => matchesPeer(entry, policyNamespace, peer));
}

/**
 * Within an entry both selectors must hold; a podSelector alone means the policy's own namespace. An address of either
 * family may match a block.
 */
function matchesPeer(entry: NetworkPolicyPeer, policyNamespace: string, peer: PolicyEndpoint): boolean {
  const { podSelector, namespaceSelector, ipBlock } = entry;
  if (ipBlock !== undefined) return peer.ips.some((ip) => isInBlock(ip, ipBlock));
  if (podSelector === undefined && namespaceSelector === undefined) return false;
  const inNamespace =
    namespaceSelector === undefined
      ? peer.namespace === policyNamespace
      : selects(namespaceSelector, peer.namespaceLabels);
  return inNamespace && (podSelector === undefined || selects(podSelector, peer.labels));
}

function isInBlock(ip: string, { cidr, except = [] }: NonNullable<NetworkPolicyPeer['ipBlock']>): boolean {
  return isInCidr(ip, cidr) && !except.some((hole) => isInCidr(ip, hole));
}

/**
 * What a set of policies, by their text, does to a connection: each end that is isolated needs one policy with one rule
 * that allows it. Policies add up; there is no deny and no order. Replies are always allowed.
 */
export function networkPolicyVerdict(
  policies: readonly NetworkPolicy[],
  traffic: PolicyTraffic,
): { readonly egress: 'allowed' | 'blocked'; readonly ingress: 'allowed' | 'blocked' } {
  return {
    egress: isBlocked(policies, 'Egress', traffic) ? 'blocked' : 'allowed',
    ingress: isBlocked(policies, 'Ingress', traffic) ? 'blocked' : 'allowed',
  };
}

function isBlocked(policies: readonly NetworkPolicy[], direction: PolicyDirection, traffic: PolicyTraffic): boolean {
  const end = direction === 'Egress' ? traffic.source : traffic.destination;
  const isolating = policies.filter((policy) => isolates(policy, end, direction));
  return isolating.length > 0 && !isolating.some((policy) => allows(policy, direction, traffic));
}
