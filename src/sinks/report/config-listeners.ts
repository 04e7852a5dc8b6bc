import type { EnvoyBody } from '../../model/envoy-body.ts';
import { BLACK_HOLE } from '../../model/envoy-cluster-name.ts';
import type { EnvoyFilterChain, EnvoyListener, FilterChainTarget } from '../../model/envoy-listener.ts';
import { describeMatch } from '../../model/envoy-match-words.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import type { WeightedCluster } from '../../model/envoy-route.ts';
import { compareText } from '../../model/text-order.ts';
import { stateNote } from './config-clusters.ts';
import { type ConfigFilter, isWanted } from './config-filter.ts';
import { describeInlineRoutes } from './config-routes.ts';
import type { ConfigTable } from './config-table.ts';

/** One listener of `meshladder config listeners -o json`. */
export interface ListenerRow {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number | null;
  readonly direction: string;
  readonly type: ListenerType;
  readonly state: EnvoyState;
  readonly filterChains: readonly { readonly name: string; readonly match: string; readonly destination: string }[];
  /** The listener as the dump has it. */
  readonly config: EnvoyBody;
}

export type ListenerType = 'HTTP' | 'TCP' | 'HTTP+TCP' | 'UNKNOWN';

/** Listeners in istioctl's order: by port, address and type. */
export function selectListeners(listeners: readonly EnvoyListener[], filter: ConfigFilter): readonly EnvoyListener[] {
  return listeners
    .filter((listener) => selects(listener, filter))
    .toSorted(
      (one, other) =>
        (portOf(one) ?? 0) - (portOf(other) ?? 0) ||
        compareText(addressOf(one), addressOf(other)) ||
        compareText(typeOf(one), typeOf(other)),
    );
}

function selects(listener: EnvoyListener, { address, port, type }: ConfigFilter): boolean {
  if (address !== undefined && !listener.addresses.some((each) => isWanted(address, each.address))) return false;
  if (port !== undefined && !listener.addresses.some((each) => each.port === port)) return false;
  return isWanted(type, typeOf(listener));
}

export function listenerRow(listener: EnvoyListener): ListenerRow {
  return {
    name: listener.name,
    addresses: listener.addresses.map(({ address }) => address),
    port: portOf(listener) ?? null,
    direction: listener.direction,
    type: typeOf(listener),
    state: listener.state,
    filterChains: listener.filterChains.map((chain) => ({
      name: chain.name,
      match: describeMatch(chain.match),
      destination: describeTarget(chain.target),
    })),
    config: listener.body,
  };
}

/** A line for each filter chain, as istioctl has them. */
export function listenerTable(listeners: readonly EnvoyListener[]): ConfigTable {
  return {
    head: ['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'],
    rows: listeners.flatMap((listener) =>
      chainLines(listener).map(([match, destination]) => [
        listener.addresses.map(({ address }) => address).join(','),
        portOf(listener) === undefined ? '-' : String(portOf(listener)),
        match + stateNote(listener.state),
        destination,
      ]),
    ),
  };
}

function chainLines({ filterChains }: EnvoyListener): readonly (readonly [match: string, destination: string])[] {
  return filterChains
    .map((chain) => [describeMatch(chain.match), describeTarget(chain.target)] as const)
    .toSorted(([, one], [, other]) => compareText(other, one));
}

function portOf({ addresses }: EnvoyListener): number | undefined {
  return addresses[0]?.port;
}

function addressOf({ addresses }: EnvoyListener): string {
  return addresses[0]?.address ?? '';
}

/** What it takes; a chain that refuses everything counts for nothing. */
function typeOf({ filterChains }: EnvoyListener): ListenerType {
  const takes = (isOf: (chain: EnvoyFilterChain) => boolean): boolean => filterChains.some(isOf);
  const http = takes(({ target }) => target.kind === 'rds' || target.kind === 'inline');
  const tcp = takes(({ target }) => target.kind === 'tcp' && !refuses(target.clusters));
  if (http) return tcp ? 'HTTP+TCP' : 'HTTP';
  return tcp ? 'TCP' : 'UNKNOWN';
}

function refuses(clusters: readonly WeightedCluster[]): boolean {
  return clusters.some(({ name }) => name === BLACK_HOLE);
}

/** Where a filter chain leads, in istioctl's words. */
function describeTarget(target: FilterChainTarget): string {
  switch (target.kind) {
    case 'rds':
      return target.routeName === '' ? 'HTTP' : `Route: ${target.routeName}`;
    case 'inline':
      return describeInlineRoutes(target.routes);
    case 'tcp':
      return refuses(target.clusters) ? 'Non-HTTP/Non-TCP' : describeClusters(target.clusters);
    case 'other':
      return 'Non-HTTP/Non-TCP';
    default:
      return target satisfies never;
  }
}

function describeClusters(clusters: readonly WeightedCluster[]): string {
  const [only] = clusters;
  if (only === undefined) return 'Cluster: ';
  if (clusters.length > 1) return `Clusters: ${clusters.map(({ name, weight }) => `${name} (${weight})`).join(', ')}`;
  return only.name.includes('Cluster') ? only.name : `Cluster: ${only.name}`;
}
