import ipaddr from 'ipaddr.js';
import type { EnvoyConfig, EnvoyNode } from '../../model/envoy-config.ts';

/** What a name may stand for: itself, and with the endings that a pod's resolver tries. */
export function hostNames(host: string, node: EnvoyNode | undefined): ReadonlySet<string> {
  const names = new Set([host, host.replace(/\.$/, '')]);
  // `payment.svc.cluster.local`, `svc.cluster.local`, `cluster.local`
  const labels = (node?.dnsDomain ?? '').split('.').filter((label) => label !== '');
  for (let from = 0; from < Math.min(3, labels.length); from++) names.add(`${host}.${labels.slice(from).join('.')}`);
  return names;
}

/**
 * Addresses that Istio writes beside a service's names (`domains: [cart.shop, 10.96.0.7]`): what the name resolves to,
 * as far as a dump can tell.
 */
export function addressesOf(names: ReadonlySet<string>, { routes }: EnvoyConfig): ReadonlySet<string> {
  const hosts = (routes ?? []).flatMap(({ virtualHosts }) => virtualHosts);
  const named = hosts.filter(({ domains }) => domains.some((domain) => names.has(domain)));
  return new Set(named.flatMap(({ domains }) => domains.filter(isAddress).map(withoutBrackets)));
}

export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(withoutBrackets(text));
}

function withoutBrackets(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1');
}
