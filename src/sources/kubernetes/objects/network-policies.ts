import { type EpochSeconds, epochSeconds } from '../../../model/brand.ts';
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  PolicyDirection,
} from '../../../model/network-policy.ts';
import type { RawObject } from '../kube-api.ts';
import { count, onlyRecords, present, record, records, text, texts, timeOf } from './fields.ts';
import { selectorOf } from './label-selector.ts';
import { createdAt, type Metadata, metadataOf } from './metadata.ts';
import { protocolOf } from './protocol.ts';

const DIRECTIONS: readonly PolicyDirection[] = ['Ingress', 'Egress'];

/**
 * Keeps a policy whole. Missing and empty lists stay apart, since they may mean opposite things.
 * @throws Error when part of it is not understood: half a policy would block or allow the wrong pods
 */
export function mapNetworkPolicy(raw: RawObject): NetworkPolicy {
  const metadata = metadataOf(raw);
  const spec = record(raw['spec']) ?? {};
  const types = texts(spec['policyTypes']);
  return present({
    namespace: metadata.namespace,
    name: metadata.name,
    podSelector: selectorOf(spec['podSelector']),
    policyTypes: types.length > 0 ? DIRECTIONS.filter((direction) => types.includes(direction)) : undefined,
    ingress: rulesOf(spec['ingress'], 'from'),
    egress: rulesOf(spec['egress'], 'to'),
    changedAt: changedAt(metadata),
  });
}

/** Field managers note when they last wrote; what nobody notes was last written when it was made. */
function changedAt(metadata: Metadata): EpochSeconds {
  const times = records(metadata.raw['managedFields']).flatMap(({ time }) => timeOf(time) ?? []);
  return epochSeconds(Math.max(createdAt(metadata), ...times));
}

function rulesOf(value: unknown, peers: 'from' | 'to'): NetworkPolicyRule[] | undefined {
  if (value === undefined || value === null) return undefined;
  return onlyRecords(value, 'rules').map((rule) =>
    present({
      peers: rule[peers] === undefined ? undefined : onlyRecords(rule[peers], peers).map(peerOf),
      ports: rule['ports'] === undefined ? undefined : onlyRecords(rule['ports'], 'ports').map(portOf),
    }),
  );
}

function peerOf(raw: RawObject): NetworkPolicyPeer {
  const block = record(raw['ipBlock']);
  const peer = present({
    podSelector: record(raw['podSelector']) && selectorOf(raw['podSelector']),
    namespaceSelector: record(raw['namespaceSelector']) && selectorOf(raw['namespaceSelector']),
    ipBlock: block && ipBlockOf(block),
  });
  if (Object.keys(peer).length === 0) throw new Error('a peer of it is neither selector nor ipBlock');
  return peer;
}

function ipBlockOf(raw: RawObject): NonNullable<NetworkPolicyPeer['ipBlock']> {
  const cidr = text(raw['cidr']);
  if (cidr === undefined) throw new Error('an ipBlock of it has no cidr');
  const except = texts(raw['except']);
  return present({ cidr, except: except.length > 0 ? except : undefined });
}

function portOf(raw: RawObject): NetworkPolicyPort {
  const protocol = raw['protocol'] === undefined ? undefined : protocolOf(raw['protocol']);
  if (protocol !== raw['protocol']) throw new Error('a port of it has an unknown protocol');
  return present({ protocol, port: count(raw['port']) ?? text(raw['port']), endPort: count(raw['endPort']) });
}
