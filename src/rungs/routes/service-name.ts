/**
 * The FQDN that a host in a spec stands for, seen from the namespace of the object: only a name without a dot is
 * completed (Istio pkg/config/host, ResolveShortnameToFQDN).
 */
export function serviceFqdn(host: string, namespace: string, clusterDomain: string): string {
  return host === '' || host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.${clusterDomain}`;
}
