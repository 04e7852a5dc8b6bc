import { type EnvoyClusterStatus, type EnvoyHost, isUsable } from '../../model/envoy-endpoint.ts';

/** What Envoy's text has for each flag (Envoy docs, Administration interface, `/clusters`). */
const FLAGS: Readonly<Record<string, string>> = {
  failed_active_hc: 'failed_active_health_check',
  failed_outlier_check: 'failed_outlier_check',
  degraded_active_hc: 'failed_active_degraded_check',
  pending_dynamic_removal: 'pending_dynamic_removal',
  pending_active_hc: 'pending_active_hc',
  excluded_via_immediate_hc_fail: 'excluded_via_immediate_hc_fail',
  active_hc_timeout: 'active_hc_timeout',
  degraded_outlier_detection: 'failed_degraded_outlier_detection',
};
/** What istiod said of a host stands among the flags too. */
const EDS: Readonly<Record<string, string>> = {
  failed_eds_health: 'UNHEALTHY',
  degraded_eds_health: 'DEGRADED',
  eds_status_draining: 'DRAINING',
};

/** What is told of a cluster as a whole. */
const CLUSTER_LINE = /^(.+?)::(?:observability_name|default_priority|added_via_api)::/;
/** `CLUSTER::ADDRESS::key::value`; the address is `10.0.0.1:80`, `[::1]:80` or a path. */
const HOST_LINE =
  /^(.+?)::((?:\[[^\]]*\]|[^:[\]]+):\d+|[^:]*\/[^:]*)::(health_flags|weight|priority|region|zone|sub_zone)::(.*)$/;

type HostFields = Map<string, string>;

/**
 * Envoy's answer to `/clusters` as text, which is what a bug report holds. Hosts without a line of flags are left out.
 * @returns undefined where it is no such text
 */
export function readClustersText(text: string): readonly EnvoyClusterStatus[] | undefined {
  const clusters = new Map<string, Map<string, HostFields>>();
  const hostsOf = (name: string): Map<string, HostFields> => {
    const hosts = clusters.get(name) ?? new Map<string, HostFields>();
    clusters.set(name, hosts);
    return hosts;
  };
  let isSuch = false;
  for (const line of text.split('\n')) {
    const [, name] = CLUSTER_LINE.exec(line) ?? [];
    const [, cluster = '', address = '', key = '', value = ''] = name === undefined ? (HOST_LINE.exec(line) ?? []) : [];
    isSuch ||= name !== undefined;
    if (name !== undefined) hostsOf(name);
    else if (cluster !== '') noteField(hostsOf(cluster), address, [key, value]);
  }
  return isSuch ? [...clusters].map(([name, hosts]) => ({ name, hosts: hostList(hosts) })) : undefined;
}

function noteField(hosts: Map<string, HostFields>, address: string, [key, value]: readonly [string, string]): void {
  const fields = hosts.get(address) ?? new Map<string, string>();
  hosts.set(address, fields);
  fields.set(key, value);
}

function hostList(hosts: ReadonlyMap<string, HostFields>): readonly EnvoyHost[] {
  return [...hosts]
    .filter(([, fields]) => fields.has('health_flags'))
    .map(([address, fields]) => hostOf(address, fields));
}

function hostOf(address: string, fields: HostFields): EnvoyHost {
  const words = (fields.get('health_flags') ?? '').split('/').filter((word) => word !== '');
  const flags = words.flatMap((word) => FLAGS[word] ?? []);
  const eds = words.map((word) => EDS[word]).find((word) => word !== undefined) ?? 'HEALTHY';
  const [, host = address, port] = /^(?:\[?)(.*?)(?:\]?):(\d+)$/.exec(address) ?? [];
  return {
    address: host,
    port: port === undefined ? undefined : Number(port),
    health: eds,
    weight: numberOf(fields.get('weight')),
    priority: numberOf(fields.get('priority')) ?? 0,
    locality: ['region', 'zone', 'sub_zone']
      .map((part) => fields.get(part) ?? '')
      .join('/')
      .replace(/\/+$/, ''),
    flags,
    verdict: verdictOf(eds, flags),
  };
}

function verdictOf(eds: string, flags: readonly string[]): EnvoyHost['verdict'] {
  if (flags.includes('failed_outlier_check')) return 'ejected';
  return isUsable(eds) && !flags.includes('failed_active_health_check') ? 'healthy' : 'unhealthy';
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
