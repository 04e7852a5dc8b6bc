import type { EnvoyCluster } from '../../model/envoy-cluster.ts';
import type { EnvoyDump } from '../../model/envoy-config.ts';
import { type EnvoyEndpoint, formatAddress, type HostVerdict, isUsable } from '../../model/envoy-endpoint.ts';
import { shellWord } from './shell-word.ts';
import type { TraceEnd, TraceStep } from './trace.ts';

/** How many addresses are named. */
const SHOWN = 5;

interface TracedHost extends EnvoyEndpoint {
  readonly verdict: HostVerdict;
}

/** From a cluster to the hosts that requests reach. */
export function followEndpoints(
  cluster: EnvoyCluster,
  dump: EnvoyDump,
): { readonly step?: TraceStep; readonly end: TraceEnd } {
  if (cluster.type === 'ORIGINAL_DST') return { end: ORIGINAL_DESTINATION };
  const hosts = hostsOf(cluster, dump);
  if (hosts === undefined) {
    const summary = 'It cannot be told which endpoints there are: the dump has none. Ask for config_dump?include_eds.';
    return { end: { verdict: 'unknown', reason: 'not_in_dump', summary } };
  }
  const step: TraceStep = { kind: 'endpoints', name: cluster.endpointsName, facts: factsOf(hosts) };
  return { step, end: endOf(cluster, hosts) };
}

const ORIGINAL_DESTINATION: TraceEnd = {
  verdict: 'reaches',
  reason: 'original_destination',
  summary: 'It goes to the address that the connection was made to.',
};

/** `/clusters` knows why a host is out; a dump says only that it is. */
function hostsOf(cluster: EnvoyCluster, { config, statuses }: EnvoyDump): readonly TracedHost[] | undefined {
  const status = statuses?.find(({ name }) => name === cluster.name);
  if (status !== undefined) return status.hosts;
  const names = [cluster.endpointsName, cluster.name];
  const sent = config?.endpoints?.find(({ name }) => names.includes(name));
  // A dump with endpoints that has none of this cluster: none were sent.
  if (sent === undefined) return config?.endpoints === undefined ? undefined : [];
  return sent.endpoints.map((host) => ({ ...host, verdict: isUsable(host.health) ? 'healthy' : 'unhealthy' }));
}

function factsOf(hosts: readonly TracedHost[]): readonly string[] {
  const named = (verdict: HostVerdict): readonly string[] => {
    const found = hosts.filter((host) => host.verdict === verdict);
    if (found.length === 0) return [];
    const addresses = found.slice(0, SHOWN).map(formatAddress).join(', ');
    const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
    return [`${found.length} ${verdict}: ${addresses}${more}`];
  };
  return hosts.length === 0 ? ['none'] : [...named('healthy'), ...named('unhealthy'), ...named('ejected')];
}

function endOf(cluster: EnvoyCluster, hosts: readonly TracedHost[]): TraceEnd {
  const healthy = hosts.filter(({ verdict }) => verdict === 'healthy').length;
  if (hosts.length === 0) return noEndpoints(cluster);
  if (healthy === 0) return noneHealthy(cluster, hosts);
  const of = healthy === hosts.length ? `${healthy}` : `${healthy} of ${hosts.length}`;
  const summary = `It reaches ${of} ${hosts.length === 1 ? 'endpoint' : 'endpoints'}.`;
  return { verdict: 'reaches', reason: 'endpoints', summary };
}

function noEndpoints(cluster: EnvoyCluster): TraceEnd {
  const { subset } = cluster.parsed;
  const why = subset === '' ? 'no pod of the service is ready' : `no ready pod has the labels of subset ${subset}`;
  const summary = `${cluster.name} has no endpoints: ${why}.`;
  return { verdict: 'breaks', reason: 'no_endpoints', flag: 'UH', summary, ...nextOf(cluster) };
}

function noneHealthy(cluster: EnvoyCluster, hosts: readonly TracedHost[]): TraceEnd {
  const { name, panicThreshold } = cluster;
  if (panicThreshold > 0) {
    const summary = `No endpoint of ${name} is healthy, so Envoy sends to all of them (its panic threshold is ${panicThreshold} %).`;
    return { verdict: 'reaches', reason: 'panic', summary, ...nextOf(cluster) };
  }
  const ejected = hosts.every(({ verdict }) => verdict === 'ejected');
  const what = ejected ? 'ejected by outlier detection' : 'unhealthy or ejected';
  const summary = `Every endpoint of ${name} is ${what}.`;
  const reason = ejected ? 'all_ejected' : 'all_unhealthy';
  return { verdict: 'breaks', reason, flag: 'UH', summary, ...nextOf(cluster) };
}

function nextOf({ parsed }: EnvoyCluster): { readonly next?: string } {
  const [service = '', namespace = ''] = parsed.fqdn.split('.').map((label) => shellWord(label) ?? '');
  if (service === '' || namespace === '') return {};
  return { next: `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${service}` };
}
