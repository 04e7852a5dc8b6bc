import type { EnvoyBody } from '../../model/envoy-body.ts';
import { parseClusterName } from '../../model/envoy-cluster-name.ts';
import {
  type EnvoyClusterStatus,
  type EnvoyEndpoint,
  type EnvoyEndpoints,
  type EnvoyHost,
  formatAddress,
} from '../../model/envoy-endpoint.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import { compareText } from '../../model/text-order.ts';
import { compareNames } from './config-clusters.ts';
import { type ConfigFilter, isWanted } from './config-filter.ts';
import type { ConfigTable } from './config-table.ts';

/** A host of a cluster: `verdict` and `flags` are known from `/clusters` alone. */
export interface ListedHost extends EnvoyEndpoint {
  readonly verdict?: EnvoyHost['verdict'];
  readonly flags?: readonly string[];
}

/** The hosts of one cluster, from a dump or from `/clusters`. */
export interface ListedEndpoints {
  readonly name: string;
  readonly state?: EnvoyState;
  readonly hosts: readonly ListedHost[];
  /** The assignment as the dump has it. */
  readonly body?: EnvoyBody;
}

/** One cluster's endpoints of `meshladder config endpoints -o json`; those without any are there, too. */
export interface EndpointsRow {
  /** The cluster's. */
  readonly name: string;
  readonly state: EnvoyState | null;
  readonly endpoints: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly status: string;
    readonly verdict: EnvoyHost['verdict'] | null;
    readonly flags: readonly string[];
    readonly locality: string;
    readonly weight: number | null;
    readonly priority: number;
  }[];
  readonly config: EnvoyBody | null;
}

/** `/clusters` knows more of each host than the dump does, so it is asked first. */
export function listEndpoints(
  assignments: readonly EnvoyEndpoints[] | undefined,
  statuses: readonly EnvoyClusterStatus[] | undefined,
): readonly ListedEndpoints[] {
  const byName = new Map((assignments ?? []).map((each) => [each.name, each]));
  const told = new Set((statuses ?? []).map(({ name }) => name));
  const fromStatuses = (statuses ?? []).map(({ name, hosts }) => {
    const assignment = byName.get(name);
    return { name, hosts, ...(assignment === undefined ? {} : { state: assignment.state, body: assignment.body }) };
  });
  const others = (assignments ?? []).filter(({ name }) => !told.has(name));
  return [
    ...fromStatuses,
    ...others.map(({ name, state, body, endpoints }) => ({ name, state, body, hosts: endpoints })),
  ];
}

/** Those wanted, each with the hosts that are; a cluster that never had any only where nothing of a host is asked. */
export function selectEndpoints(listed: readonly ListedEndpoints[], filter: ConfigFilter): readonly ListedEndpoints[] {
  const { address, port, cluster, status } = filter;
  const ofHost = [address, port, status].some((each) => each !== undefined);
  return listed
    .filter(({ name }) => isWanted(cluster, name))
    .map((each) => ({ ...each, hosts: each.hosts.filter((host) => selectsHost(host, filter)) }))
    .filter(({ hosts }) => !ofHost || hosts.length > 0)
    .toSorted((one, other) => compareNames(parseClusterName(one.name), parseClusterName(other.name)));
}

function selectsHost(host: ListedHost, { address, port, status }: ConfigFilter): boolean {
  if (!isWanted(address, host.address) || (port !== undefined && host.port !== port)) return false;
  return isWanted(status, host.health) || isWanted(status, host.verdict ?? host.health);
}

export function endpointsRow({ name, state, hosts, body }: ListedEndpoints): EndpointsRow {
  return {
    name,
    state: state ?? null,
    endpoints: hosts.map(({ address, port, health, verdict, flags, locality, weight, priority }) => ({
      address,
      port: port ?? null,
      status: health,
      verdict: verdict ?? null,
      flags: flags ?? [],
      locality,
      weight: weight ?? null,
      priority,
    })),
    config: body ?? null,
  };
}

/** A line for each host, in istioctl's order: by address, port and cluster. */
export function endpointTable(listed: readonly ListedEndpoints[]): ConfigTable {
  const hosts = listed.flatMap(({ name, hosts }) => hosts.map((host) => ({ name, host })));
  const sorted = hosts.toSorted(
    (one, other) =>
      compareText(one.host.address, other.host.address) ||
      (one.host.port ?? 0) - (other.host.port ?? 0) ||
      compareText(one.name, other.name),
  );
  return {
    head: ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'],
    rows: sorted.map(({ name, host }) => [formatAddress(host), statusOf(host), outlierCheckOf(host), name]),
  };
}

/** A host that a health check of Envoy's own found wanting is not what istiod says it is. */
function statusOf({ health, verdict }: ListedHost): string {
  return verdict === 'unhealthy' ? 'UNHEALTHY' : health;
}

/** A dump does not say why a host is out. */
function outlierCheckOf({ verdict }: ListedHost): string {
  if (verdict === undefined) return '-';
  return verdict === 'ejected' ? 'FAILED' : 'OK';
}
