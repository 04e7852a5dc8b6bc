import { known } from '../model/observed.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { counted } from './wording.ts';

/** Why nothing is known of some of these proxies; undefined where all are known. Some istiod answers. */
export function whyUnknown(rows: readonly ProxyRow[], { controlPlane }: MeshSnapshot): string | undefined {
  const unknown = rows.filter(({ verdict }) => verdict === 'unknown').length;
  if (unknown === 0) return undefined;
  const proxies = counted(unknown, 'proxy', 'proxies');
  const isSomeSilent = known(controlPlane)?.istiods.some(({ error }) => error !== undefined) === true;
  // Who is not listed is missing with the second poll; one alone proves nothing.
  return isSomeSilent
    ? `the istiod of ${proxies} cannot be asked`
    : `${proxies} not listed by an istiod yet: the next polls tell`;
}
