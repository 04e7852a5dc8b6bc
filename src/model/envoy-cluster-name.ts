/** What Istio writes into a cluster's name: `outbound|8080|v1|cart.shop.svc.cluster.local`. */
export interface EnvoyClusterName {
  /** `inbound`, `outbound`; empty where the name is not of that form. */
  readonly direction: string;
  readonly port: number | undefined;
  readonly subset: string;
  /** The service; the whole name where it is not of that form. */
  readonly fqdn: string;
}

/** Where Istio sends what matches nothing, by `outboundTrafficPolicy`. */
export const BLACK_HOLE = 'BlackHoleCluster';
export const PASSTHROUGH = 'PassthroughCluster';
export const INBOUND_PASSTHROUGH = 'InboundPassthroughCluster';

/**
 * Takes a cluster's name apart (Istio pilot/pkg/model/service.go; also the SNI form `outbound_.8080_.v1_.host`).
 * A name of any other form is its own `fqdn`, as istioctl shows it.
 */
export function parseClusterName(name: string): EnvoyClusterName {
  const parts = name.includes('|') ? name.split('|') : name.split('_.');
  const [direction = '', port = '', subset = '', ...rest] = parts;
  if (rest.length === 0 || !/^\d{1,5}$/.test(port)) return { direction: '', port: undefined, subset: '', fqdn: name };
  return { direction, port: Number(port), subset, fqdn: rest.join(name.includes('|') ? '|' : '_.') };
}
