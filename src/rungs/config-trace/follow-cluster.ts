import type { EnvoyCluster } from '../../model/envoy-cluster.ts';
import { BLACK_HOLE, INBOUND_PASSTHROUGH, PASSTHROUGH, parseClusterName } from '../../model/envoy-cluster-name.ts';
import type { EnvoyConfig, EnvoyDump } from '../../model/envoy-config.ts';
import { followEndpoints } from './follow-endpoints.ts';
import type { TraceBranch, TraceEnd, TraceStep } from './trace.ts';
import { transportOf } from './transport.ts';

/** A way that goes on with a cluster. */
type Way = Omit<TraceBranch, 'share'>;

/** From a cluster, named by a route or a TCP proxy, to its endpoints. */
export function followCluster(name: string, dump: EnvoyDump): Way {
  const special = SPECIAL[name];
  const clusters = dump.config?.clusters;
  if (special !== undefined) return { steps: [{ kind: 'cluster', name, facts: [] }], end: special };
  if (clusters === undefined) {
    return { steps: [], end: notInDump(`whether there is a cluster ${name}: the dump has no clusters`) };
  }
  const named = clusters.filter((cluster) => cluster.name === name);
  const loaded = named.find(({ state }) => state === 'active' || state === 'static');
  if (loaded === undefined) return { steps: [], end: missing(name, named[0], clusters) };
  const { step, end } = followEndpoints(loaded, dump);
  return { steps: [stepOf(loaded), ...(step === undefined ? [] : [step])], end };
}

export function notInDump(what: string): TraceEnd {
  return { verdict: 'unknown', reason: 'not_in_dump', summary: `It cannot be told ${what}.` };
}

const SPECIAL: Readonly<Record<string, TraceEnd>> = {
  [BLACK_HOLE]: {
    verdict: 'breaks',
    reason: 'black_hole',
    flag: 'UH',
    summary: 'The mesh does not know this destination and lets nothing out that it does not know (REGISTRY_ONLY).',
    next: 'kubectl get serviceentry,sidecar -A',
  },
  [PASSTHROUGH]: {
    verdict: 'leaves',
    reason: 'passthrough',
    summary:
      'The mesh does not know this destination: the request goes to the address asked for, without routes or mTLS.',
    next: 'kubectl get service,serviceentry,sidecar -A',
  },
  [INBOUND_PASSTHROUGH]: {
    verdict: 'leaves',
    reason: 'passthrough',
    summary: 'No Service names this port: the connection goes to the application as it is.',
    next: 'kubectl get service -A',
  },
};

function stepOf(cluster: EnvoyCluster): TraceStep {
  const { name, type, destinationRule, endpointsName } = cluster;
  const facts = [type, transportOf(cluster)];
  if (destinationRule !== '') facts.push(`DestinationRule ${destinationRule}`);
  if (endpointsName !== name) facts.push(`endpoints sent as ${endpointsName}`);
  return { kind: 'cluster', name, facts };
}

function missing(
  name: string,
  held: EnvoyCluster | undefined,
  clusters: NonNullable<EnvoyConfig['clusters']>,
): TraceEnd {
  if (held !== undefined && held.state === 'warming') {
    const summary = `Cluster ${name} is not in force yet: it waits for its endpoints or a certificate.`;
    return { verdict: 'breaks', reason: 'cluster_warming', flag: 'NC', summary, next: 'istioctl proxy-status' };
  }
  const { direction, port, subset, fqdn } = parseClusterName(name);
  const siblings = clusters.filter(({ parsed }) => parsed.fqdn === fqdn && parsed.port === port && fqdn !== '');
  const subsets = siblings.map(({ parsed }) => parsed.subset).filter((each) => each !== '');
  if (direction !== '' && subset !== '' && siblings.length > 0) {
    const known = subsets.length === 0 ? 'no subsets' : `subsets ${[...new Set(subsets)].slice(0, 10).join(', ')}`;
    const summary = `The route sends to subset ${subset} of ${fqdn}, which has ${known}: no DestinationRule defines it here.`;
    return { verdict: 'breaks', reason: 'no_subset', flag: 'NC', summary, next: 'kubectl get destinationrule -A' };
  }
  const summary = `The proxy has no cluster ${name}: the service, its port or a Sidecar that lets it be seen is missing.`;
  return {
    verdict: 'breaks',
    reason: 'no_cluster',
    flag: 'NC',
    summary,
    next: 'kubectl get service,serviceentry,sidecar -A',
  };
}
