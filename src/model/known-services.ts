import type { ObjectMap } from './cluster.ts';
import { CLUSTER_DOMAIN } from './cluster-domain.ts';
import type { Service } from './workload.ts';

/** What names and cluster IPs configuration gives to services, for lines whose upstream_cluster names none. */
export interface KnownServices {
  /** Changes whenever an answer may have. */
  readonly version: number;
  /** FQDN of the service with this cluster IP. */
  byClusterIp(ip: string): string | undefined;
  /** FQDN of the service that this authority (`host[:port]`) equals, as seen from a proxy in `namespace`. */
  byAuthority(authority: string, namespace: string): string | undefined;
}

/** Knows nothing: offline, and agents without Kubernetes. */
export const NO_SERVICES: KnownServices = Object.freeze({
  version: 0,
  byClusterIp: () => undefined,
  byAuthority: () => undefined,
});

const made = new WeakMap<ObjectMap<Service>, Map<string, KnownServices>>();

/**
 * Names services as clients do: `name` in the same namespace, `name.namespace`, `….svc` and the whole FQDN, each with
 * or without a port; and by cluster IP. The version is a fingerprint of names and IPs, so that services that changed
 * only in other respects leave it as it was.
 */
export function knownServices(services: ObjectMap<Service>, clusterDomain: string = CLUSTER_DOMAIN): KnownServices {
  const byDomain = made.get(services) ?? new Map<string, KnownServices>();
  made.set(services, byDomain);
  const known = byDomain.get(clusterDomain) ?? index(services, clusterDomain);
  byDomain.set(clusterDomain, known);
  return known;
}

function index(services: ObjectMap<Service>, clusterDomain: string): KnownServices {
  const byIp = new Map<string, string>();
  const fqdns = new Set<string>();
  let fingerprint = fnv1a(clusterDomain, 1);
  for (const { namespace, name, clusterIps } of services.values()) {
    const fqdn = `${name}.${namespace}.svc.${clusterDomain}`;
    fqdns.add(fqdn);
    let own = fnv1a(fqdn, 2);
    for (const ip of clusterIps) {
      // A headless service has the word None instead.
      if (ip === '' || ip === 'None') continue;
      byIp.set(canonicalIp(ip), fqdn);
      own = fnv1a(ip, own);
    }
    // Added up, so that the order of the map does not matter.
    fingerprint = (fingerprint + own) >>> 0;
  }
  const known = (fqdn: string): string | undefined => (fqdns.has(fqdn) ? fqdn : undefined);
  return {
    // 0 is for those who know nothing.
    version: fingerprint === 0 ? 1 : fingerprint,
    byClusterIp: (ip) => byIp.get(canonicalIp(ip)),
    byAuthority(authority, namespace) {
      const host = hostOf(authority);
      const ip = byIp.get(canonicalIp(host));
      return ip ?? known(qualify(host, namespace, clusterDomain));
    },
  };
}

/** The host of `host[:port]` or `[v6][:port]`, in lower case and without the root's dot. */
function hostOf(authority: string): string {
  const bracket = /^\[([^\]]*)\](?::\d*)?$/.exec(authority);
  const host = bracket?.[1] ?? authority.replace(/^([^:]*):\d*$/, '$1');
  return (host.endsWith('.') ? host.slice(0, -1) : host).toLowerCase();
}

/** A name as the resolver of a pod in `namespace` would complete it. */
function qualify(host: string, namespace: string, clusterDomain: string): string {
  if (host.endsWith(`.svc.${clusterDomain}`)) return host;
  if (host.endsWith('.svc')) return `${host}.${clusterDomain}`;
  return host.includes('.') ? `${host}.svc.${clusterDomain}` : `${host}.${namespace}.svc.${clusterDomain}`;
}

/** Kubernetes writes IPv6 addresses in their shortest form, in lower case, and so does Envoy. */
function canonicalIp(ip: string): string {
  return ip.toLowerCase();
}

/** The 32-bit FNV-1a hash of a text, begun from `seed`. */
function fnv1a(text: string, seed: number): number {
  let hash = (2166136261 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619) >>> 0;
  return hash;
}
