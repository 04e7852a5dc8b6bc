import type { ProxyRow } from '../../model/proxy-row.ts';
import type { XdsType } from '../../model/xds.ts';
import { oneLine } from './text-table.ts';

/** A screen of causes; the rest is in the JSON. */
const MAX_LINES = 10;

/**
 * What is known of why proxies are where they are: rejections in the proxy's own words, and the NetworkPolicy that
 * cuts it off.
 * @param rows in the order in which they are to be told
 * @param maxWords characters kept of a rejection
 */
export function whyLines(rows: readonly ProxyRow[], maxWords: number): readonly string[] {
  const lines = rows.flatMap((row) => [...rejections(row, maxWords), ...blocks(row)]);
  const more = lines.length - MAX_LINES;
  return more <= 0 ? lines : [...lines.slice(0, MAX_LINES), `… and ${more} more; -o json has them all`];
}

function rejections(row: ProxyRow, maxWords: number): readonly string[] {
  const byWords = new Map<string, XdsType[]>();
  for (const [type, { error }] of Object.entries(row.types) as [XdsType, { readonly error?: string }][]) {
    if (error === undefined) continue;
    const words = oneLine(error, maxWords);
    byWords.set(words, [...(byWords.get(words) ?? []), type]);
  }
  return [...byWords].map(([words, types]) => {
    const names = types.map((type) => type.toUpperCase()).join(', ');
    return `${fullName(row)} rejected ${names}: ${words}`;
  });
}

function blocks(row: ProxyRow): readonly string[] {
  if (row.blockedBy === undefined || row.state === 'SYNCED') return [];
  const { policyNamespace, policy, direction, dnsBlocked, otherEngines = [] } = row.blockedBy;
  const to = direction === 'egress' ? 'its way to istiod:15012' : 'the way into istiod:15012';
  const dns = dnsBlocked === true ? ' and to DNS' : '';
  const unless = otherEngines.length === 0 ? '' : `, unless a policy of ${otherEngines.join(' or ')} allows it`;
  return [oneLine(`${fullName(row)}: NetworkPolicy ${policyNamespace}/${policy} blocks ${to}${dns}${unless}`, 400)];
}

function fullName({ name, namespace }: ProxyRow): string {
  return oneLine(`${name}.${namespace}`, 160);
}
