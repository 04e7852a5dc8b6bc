import type { Direction } from '../../model/traffic.ts';

/** What an upstream cluster's name says (Istio pilot/pkg/model/service.go). */
export interface UpstreamCluster {
  readonly direction: Direction;
  /** FQDN; absent where the name has none. */
  readonly host?: string;
  /** `""` for none. */
  readonly subset: string;
}

const SPECIAL: ReadonlyMap<string, Direction> = new Map([
  ['PassthroughCluster', 'outbound'],
  ['BlackHoleCluster', 'outbound'],
  ['InboundPassthroughCluster', 'inbound'],
  ['InboundPassthroughClusterIpv4', 'inbound'],
  ['InboundPassthroughClusterIpv6', 'inbound'],
]);

/** `outbound|8080|v1|host`. A waypoint's are `inbound-vip|8080|http/v1|host`, and `inbound-pod` long ago. */
const NAME = /^(inbound|outbound)(-vip|-pod)?\|[^|]*\|([^|]*)\|([^|]*)$/;
/** The form of east-west gateways, which route by SNI: `outbound_.8080_.v1_.host`, and `_.` for no subset. */
const SNI_NAME = /^(inbound|outbound)_\.[^_]*_\.(.*?)_\.(.*)$/;
const HOST = /^[A-Za-z0-9*][A-Za-z0-9._*-]{0,252}$/;
const SUBSET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** Reads a name as configuration wrote it, also with the `;` that Istio 1.23 may put behind it. */
export function readUpstreamCluster(name: string): UpstreamCluster {
  const bare = name.endsWith(';') ? name.slice(0, -1) : name;
  const special = SPECIAL.get(bare);
  if (special !== undefined) return { direction: special, subset: '' };
  const [, direction, waypoint, third = '', host = ''] = NAME.exec(bare) ?? bySni(bare) ?? [];
  if (direction !== 'inbound' && direction !== 'outbound') return { direction: 'unknown', subset: '' };
  return {
    direction,
    subset: subsetOf(direction, third, waypoint !== undefined),
    ...(HOST.test(host) && { host }),
  };
}

function bySni(name: string): readonly (string | undefined)[] | undefined {
  const [whole, direction, subset, host] = SNI_NAME.exec(name) ?? [];
  return whole === undefined ? undefined : [whole, direction, undefined, subset, host];
}

/** What stands third is no subset in an inbound name: before Istio 1.8 it was the name of the port. */
function subsetOf(direction: Direction, third: string, waypoint: boolean): string {
  const subset = waypoint ? third.slice(third.indexOf('/') + 1) : third;
  if (direction === 'inbound' && !(waypoint && third.includes('/'))) return '';
  return SUBSET.test(subset) ? subset : '';
}
