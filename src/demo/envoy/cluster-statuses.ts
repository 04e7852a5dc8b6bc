import type { Body } from './body.ts';
import { STATIC_CLUSTERS } from './bootstrap.ts';
import type { HeldConfig } from './held.ts';

/** Hosts that an Envoy has ejected: addresses by cluster. */
export type Ejected = ReadonlyMap<string, ReadonlySet<string>>;

interface Assignment {
  readonly endpoints?: readonly { readonly lb_endpoints: readonly Host[] }[];
}

interface Host {
  readonly endpoint: { readonly address: Body };
  readonly health_status?: string;
}

/** `/clusters?format=json`: every cluster with the hosts that Envoy knows, and what it thinks of them. */
export function clusterStatuses(held: HeldConfig, ejected: Ejected): Body {
  const sent = new Map(held.held('eds').resources.map((each) => [each['cluster_name'], each as Assignment]));
  return {
    cluster_statuses: [
      ...held.held('cds').resources.map((cluster) => {
        const name = String(cluster['name']);
        return {
          ...status(cluster, sent.get(name), ejected.get(name) ?? new Set()),
          added_via_api: true,
          ...(cluster['type'] === 'EDS' && { eds_service_name: name }),
        };
      }),
      ...STATIC_CLUSTERS.map((cluster) => status(cluster, cluster['load_assignment'] as Assignment, new Set())),
    ],
  };
}

function status(cluster: Body, assignment: Assignment | undefined, ejected: ReadonlySet<string>): Body {
  const hosts = (assignment?.endpoints ?? []).flatMap(({ lb_endpoints }) => lb_endpoints);
  return {
    name: cluster['name'],
    ...(hosts.length > 0 && { host_statuses: hosts.map((host) => hostStatus(host, ejected)) }),
    circuit_breakers: { thresholds: [{ ...DEFAULT_LIMITS, ...limitsOf(cluster) }, HIGH] },
    observability_name: cluster['alt_stat_name'],
  };
}

const DEFAULT_LIMITS = { max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 3 };
const HIGH = { priority: 'HIGH', ...DEFAULT_LIMITS };

function limitsOf({ circuit_breakers }: Body): Body {
  return (circuit_breakers as { readonly thresholds?: readonly Body[] } | undefined)?.thresholds?.[0] ?? {};
}

/** A counter that stands at 0 has no value (protobuf's JSON leaves out what is the default). */
const STATS: readonly Body[] = [
  ...['cx_connect_fail', 'cx_total', 'rq_error', 'rq_success', 'rq_timeout', 'rq_total'].map((name) => ({ name })),
  ...['cx_active', 'rq_active'].map((name) => ({ type: 'GAUGE', name })),
];

function hostStatus({ endpoint, health_status = 'HEALTHY' }: Host, ejected: ReadonlySet<string>): Body {
  const { socket_address } = endpoint.address as { readonly socket_address?: { readonly address: string } };
  const isEjected = socket_address !== undefined && ejected.has(socket_address.address);
  return {
    address: endpoint.address,
    stats: STATS,
    health_status: { ...(isEjected && { failed_outlier_check: true }), eds_health_status: health_status },
    weight: 1,
    locality: {},
  };
}

interface Status {
  readonly name: string;
  readonly added_via_api?: boolean;
  readonly host_statuses?: readonly {
    readonly address: { readonly socket_address?: { readonly address: string; readonly port_value: number } };
    readonly health_status: { readonly failed_outlier_check?: boolean };
  }[];
}

/** `/clusters` as text: the same, a fact on a line. */
export function clusterLines(statuses: Body): string {
  const all = statuses['cluster_statuses'] as readonly Status[];
  return all
    .flatMap(({ name, added_via_api = false, host_statuses = [] }) => [
      `${name}::observability_name::${name}`,
      `${name}::added_via_api::${added_via_api}`,
      ...host_statuses.flatMap(({ address: { socket_address: at }, health_status }) => {
        const flags = health_status.failed_outlier_check === true ? '/failed_outlier_check' : 'healthy';
        return at === undefined ? [] : [`${name}::${at.address}:${at.port_value}::health_flags::${flags}`];
      }),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
