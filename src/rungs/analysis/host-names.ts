const DOMAIN = 'cluster.local';

/** A short name means a service of the same namespace; a name with a dot is taken as it is, as Istio does. */
export function fullHost(host: string, namespace: string): string {
  return host.startsWith('*') || host.includes('.') ? host : `${host}.${namespace}.svc.${DOMAIN}`;
}

/** Namespace and name of the service that a host means; a host that is no service's stands for itself. */
export function serviceOfHost(host: string, namespace: string): string {
  const parts = /^(.+)\.(.+)\.svc\.cluster\.local$/.exec(host);
  return parts === null ? `${namespace}/${host}` : `${parts[2]}/${parts[1]}`;
}

/** Whether two hosts, each perhaps a wildcard, have a name in common. */
export function overlaps(one: string, other: string): boolean {
  if (one.startsWith('*') && other.startsWith('*')) {
    const [short, long] = one.length < other.length ? [one, other] : [other, one];
    return long.endsWith(short.slice(1));
  }
  return coversHost(one, other) || coversHost(other, one);
}

/** Whether all names of the second, each perhaps a wildcard, are names of the first. */
export function coversHost(cover: string, host: string): boolean {
  if (!cover.startsWith('*')) return host === cover;
  return (host.startsWith('*') ? host.slice(1) : host).endsWith(cover.slice(1));
}
