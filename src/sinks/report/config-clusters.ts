import type { EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyCluster } from '../../model/envoy-cluster.ts';
import type { EnvoyClusterName } from '../../model/envoy-cluster-name.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import { compareText } from '../../model/text-order.ts';
import { type ConfigFilter, isWanted } from './config-filter.ts';
import type { ConfigTable } from './config-table.ts';

/** One cluster of `meshladder config clusters -o json`. */
export interface ClusterRow {
  readonly name: string;
  readonly fqdn: string;
  readonly port: number | null;
  readonly subset: string;
  readonly direction: string;
  readonly type: string;
  readonly destinationRule: string;
  readonly state: EnvoyState;
  /** The cluster as the dump has it. */
  readonly config: EnvoyBody;
}

/** Clusters in istioctl's order: by service, subset, port and direction. */
export function selectClusters(clusters: readonly EnvoyCluster[], filter: ConfigFilter): readonly EnvoyCluster[] {
  return clusters
    .filter((cluster) => selects(cluster.parsed, filter))
    .toSorted((one, other) => compareNames(one.parsed, other.parsed) || compareText(one.name, other.name));
}

function selects({ fqdn, port, subset, direction }: EnvoyClusterName, filter: ConfigFilter): boolean {
  if (filter.fqdn !== undefined && !fqdn.includes(filter.fqdn)) return false;
  if (filter.port !== undefined && port !== filter.port) return false;
  return isWanted(filter.subset, subset) && isWanted(filter.direction, direction);
}

/** Also of endpoints, which are named as their clusters are. */
export function compareNames(one: EnvoyClusterName, other: EnvoyClusterName): number {
  return (
    compareText(one.fqdn, other.fqdn) ||
    compareText(one.subset, other.subset) ||
    (one.port ?? 0) - (other.port ?? 0) ||
    compareText(one.direction, other.direction)
  );
}

export function clusterRow(cluster: EnvoyCluster): ClusterRow {
  const { name, parsed, type, destinationRule, state, body } = cluster;
  const { fqdn, port = null, subset, direction } = parsed;
  return { name, fqdn, port, subset, direction, type, destinationRule, state, config: body };
}

export function clusterTable(clusters: readonly EnvoyCluster[]): ConfigTable {
  return {
    head: ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
    rows: clusters.map(({ parsed: { fqdn, port, subset, direction }, type, state, destinationRule }) => [
      fqdn,
      port === undefined ? '-' : String(port),
      subset || '-',
      direction || '-',
      type + stateNote(state),
      destinationRule,
    ]),
  };
}

/** istioctl shows what is static or active, and says so of neither. */
export function stateNote(state: EnvoyState): string {
  return state === 'static' || state === 'active' ? '' : ` (${state})`;
}
