import type { Direction } from '../../model/traffic.ts';

/** What an upstream cluster's name says (`istio.md` §6.4; Istio pilot/pkg/model/service.go). */
export interface ClusterName {
  readonly direction: Direction;
  /** FQDN; absent where the name has none. */
  readonly host?: string;
  /** `""` for none. */
  readonly subset: string;
}

const SPECIAL: Readonly<Record<string, Direction>> = {
  PassthroughCluster: 'outbound',
  BlackHoleCluster: 'outbound',
  InboundPassthroughCluster: 'inbound',
  InboundPassthroughClusterIpv4: 'inbound',
  InboundPassthroughClusterIpv6: 'inbound',
};

/** `outbound|8080|v1|host`, and its form for SNI routing, `outbound_.8080_.v1_.host` (`_` for no subset there). */
const NAME = /^(inbound|outbound)(?:\|[^|]*\|([^|]*)\|([^|]*)|_\.[^_]*_\.(.*?)_\.(.*))$/;
const HOST = /^[A-Za-z0-9*]([A-Za-z0-9._*-]{0,252})$/;
const SUBSET = /^[A-Za-z0-9._-]{1,253}$/;

/** Reads a name as configuration wrote it; with the `;` that Istio 1.23 may put behind (`istio.md` §3.2). */
export function parseClusterName(name: string): ClusterName {
  const bare = name.endsWith(';') ? name.slice(0, -1) : name;
  const special = Object.hasOwn(SPECIAL, bare) ? SPECIAL[bare] : undefined;
  if (special !== undefined) return { direction: special, subset: '' };
  const match = NAME.exec(bare);
  if (match === null) return { direction: 'unknown', subset: '' };
  const direction = match[1] === 'inbound' ? 'inbound' : 'outbound';
  const subset = match[2] ?? match[4] ?? '';
  const host = match[3] ?? match[5] ?? '';
  return {
    direction,
    subset: SUBSET.test(subset) && subset !== '_' ? subset : '',
    ...(HOST.test(host) && { host }),
  };
}
