/** Istio's `global.proxy.clusterDomain`, which no object tells. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** The FQDN of a Service: `cart.shop.svc.cluster.local`. */
export function fqdnOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`;
}
