import type { EnvoyRouteConfig, EnvoyVirtualHost } from '../../model/envoy-route.ts';

/** A virtual host, and the domain by which it was found. */
export interface FoundVirtualHost {
  readonly host: EnvoyVirtualHost;
  readonly domain: string;
}

/**
 * The virtual host of an authority: by its whole name, else by the longest domain that ends it (`*.shop.local`), else
 * by the longest that begins it (`cart.*`), else `*` (Envoy: `VirtualHost.domains`).
 * @param authority with its port, where the client sends one
 */
export function matchVirtualHost(config: EnvoyRouteConfig, authority: string): FoundVirtualHost | undefined {
  const name = (config.ignoresPort ? authority.replace(/:\d+$/, '') : authority).toLowerCase();
  let best: (FoundVirtualHost & { readonly rank: number }) | undefined;
  for (const host of config.virtualHosts) {
    for (const domain of host.domains) {
      const rank = rankOf(domain.toLowerCase(), name);
      if (rank > (best?.rank ?? 0)) best = { host, domain, rank };
    }
  }
  return best;
}

/** Domains are at most 253 characters long. */
const BEGINS = 1_000;
const ENDS = 1_000_000;
const WHOLE = 1_000_000_000;

/** 0 where it does not match. */
function rankOf(domain: string, name: string): number {
  if (domain === '*') return 1;
  if (domain === name) return WHOLE;
  // A wildcard stands for one character at least.
  if (domain.length > name.length) return 0;
  if (domain.startsWith('*') && name.endsWith(domain.slice(1))) return ENDS + domain.length;
  return domain.endsWith('*') && name.startsWith(domain.slice(0, -1)) ? BEGINS + domain.length : 0;
}
