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
/** `CLUSTER::ADDRESS::health_flags::value`; the address is `10.0.0.1:80`, `[::1]:80` or a path. */
const HOST_LINE = /^(.+?)::((?:\[[^\]]*\]|[^:[\]]+):\d+|[^:]*\/[^:]*)::health_flags::(.*)$/;

/**
 * Envoy's answer to `/clusters` as text, which is what a bug report holds. Hosts without a flag line are left out.
 * @returns undefined where it is no such text
 */
export function readClustersText(text: string): readonly EnvoyClusterStatus[] | undefined {
  const clusters = new Map<string, EnvoyHost[]>();
  const hostsOf = (name: string): EnvoyHost[] => {
    const hosts = clusters.get(name) ?? [];
    clusters.set(name, hosts);
    return hosts;
  };
  let isSuch = false;
  for (const line of text.split('\n')) {
    const [, name] = CLUSTER_LINE.exec(line) ?? [];
    const [, cluster = '', address = '', flags = ''] = name === undefined ? (HOST_LINE.exec(line) ?? []) : [];
    isSuch ||= name !== undefined;
    if (name !== undefined) hostsOf(name);
    else if (cluster !== '') hostsOf(cluster).push(hostOf(address, flags));
  }
  return isSuch ? [...clusters].map(([name, hosts]) => ({ name, hosts })) : undefined;
}

function hostOf(address: string, flagText: string): EnvoyHost {
  const words = flagText.split('/').filter((word) => word !== '');
  const flags = words.flatMap((word) => FLAGS[word] ?? []);
  const eds = words.map((word) => EDS[word]).find((word) => word !== undefined) ?? 'HEALTHY';
  const [, host = address, port] = /^(?:\[?)(.*?)(?:\]?):(\d+)$/.exec(address) ?? [];
  const isHealthy = isUsable(eds) && !flags.includes('failed_active_health_check');
  return {
    address: host,
    port: port === undefined ? undefined : Number(port),
    health: eds,
    weight: undefined,
    priority: 0,
    locality: '',
    flags,
    verdict: flags.includes('failed_outlier_check') ? 'ejected' : isHealthy ? 'healthy' : 'unhealthy',
  };
}
