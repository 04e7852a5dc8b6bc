import { parseClusterName } from '../../model/envoy-cluster-name.ts';
import { type EnvoyClusterStatus, type EnvoyHost, isUsable } from '../../model/envoy-endpoint.ts';
import type { ClusterHosts, FaultyHost, HostFault } from '../../model/inspection.ts';
import { compareText } from '../../model/text-order.ts';
import { upstreamAddress } from '../../model/upstream-address.ts';

/** Addresses of one cluster that are kept: to name what is missing, not to mirror the mesh. */
export const MAX_ADDRESSES = 100;
const MAX_FAULTY = 20;

/**
 * What an Envoy knows of the hosts of its outbound clusters. Inbound and Envoy's own clusters have no service, and what
 * passes through has no host that was configured.
 *
 * `overflowed` stays absent: `/clusters` tells a circuit breaker's thresholds but not how often it closed. That is the
 * counter `upstream_rq_pending_overflow` in `/stats`, which Istio leaves out of a proxy's statistics unless
 * `proxyStatsMatcher` asks for it; the response flag UO in access logs tells it without.
 * @param statuses of `/clusters?format=json`
 */
export function clusterHosts(statuses: readonly EnvoyClusterStatus[]): readonly ClusterHosts[] {
  return statuses.flatMap(({ name, hosts }) => {
    const { direction, port, subset, fqdn: destination } = parseClusterName(name);
    if (direction !== 'outbound' || port === undefined) return [];
    return [{ destination, port, subset, ...hostsOf(hosts) }];
  });
}

type Hosts = Omit<ClusterHosts, 'destination' | 'port' | 'subset'>;

function hostsOf(hosts: readonly EnvoyHost[]): Hosts {
  const counts = { healthy: 0, unhealthy: 0, ejected: 0 };
  const faults: Partial<Record<HostFault, number>> = {};
  const addresses = new Set<string>();
  const faulty: FaultyHost[] = [];
  for (const host of hosts) {
    counts[host.verdict] += 1;
    const own = faultsOf(host);
    for (const fault of own) faults[fault] = (faults[fault] ?? 0) + 1;
    if (host.verdict === 'healthy') addresses.add(hostAddress(host));
    else faulty.push({ address: hostAddress(host), faults: own });
  }
  return {
    ...counts,
    faults,
    addresses: [...addresses].sort(compareText).slice(0, MAX_ADDRESSES),
    faulty: faulty.toSorted((one, other) => compareText(one.address, other.address)).slice(0, MAX_FAULTY),
  };
}

/** A host may be out for several reasons at once; one that is only degraded, or about to go, still gets requests. */
function faultsOf({ flags, health }: EnvoyHost): readonly HostFault[] {
  const faults: HostFault[] = [];
  if (flags.includes('failed_outlier_check')) faults.push('outlier_ejected');
  if (flags.includes('failed_active_health_check')) faults.push('health_check_failed');
  if (!isUsable(health)) faults.push('eds_unhealthy');
  return faults;
}

/**
 * The IP address alone, as EndpointSlices have it, also of a pod behind a tunnel of the same Envoy
 * (`envoy://connect_originate/10.0.0.1:8080`); a name where DNS finds the host.
 */
function hostAddress({ address }: EnvoyHost): string {
  return upstreamAddress(address) ?? address;
}
