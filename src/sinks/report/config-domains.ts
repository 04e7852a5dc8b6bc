/** How many domains a line names. */
const SHOWN = 2;

/**
 * The domains of a virtual host on one line, as istioctl shortens them: without those that only add a port, or an
 * ending to another one, and two of the rest.
 */
export function shortDomains(domains: readonly string[]): string {
  if (domains.length <= 1) return domains.join('');
  const names = withoutEndings(domains.filter((domain) => !hasPort(domain)));
  const more = names.length - SHOWN;
  const shown = names.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} + ${more} more...` : shown;
}

/** `host:80`, `[::1]:80`; an IPv6 address alone has colons, too. */
function hasPort(domain: string): boolean {
  return domain.includes(':') && !domain.endsWith(']');
}

function withoutEndings(domains: readonly string[]): readonly string[] {
  const all = new Set(domains);
  const adds = (domain: string, ending: string): boolean =>
    domain.endsWith(ending) && all.has(domain.slice(0, -ending.length));
  return domains.filter((domain) => !adds(domain, '.svc.cluster.local') && !adds(domain, '.svc'));
}
