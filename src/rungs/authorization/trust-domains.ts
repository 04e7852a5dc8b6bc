/** Istio's word for whatever the mesh's own trust domain is called. */
const OWN = 'cluster.local';

/**
 * The principals that a policy's value stands for: where it names a trust domain of the mesh, or `cluster.local`, all
 * of them are meant (Istio docs, "Trust Domain Migration").
 * @param domains the mesh's own, then its aliases
 */
export function principalsMeant(value: string, domains: readonly string[]): readonly string[] {
  const [domain = '', ...rest] = value.split('/');
  if (rest.length !== 4 || domain === '*') return [value];
  const isEnding = domain.startsWith('*');
  const covers = (own: string): boolean => (isEnding ? own.endsWith(domain.slice(1)) : own === domain);
  if (domain !== OWN && !domains.some(covers)) return [value];
  const meant = domains.map((own) => (isEnding && covers(own) ? value : [own, ...rest].join('/')));
  return [...new Set(meant)];
}
