import type { ProxyRow } from '../../../model/proxy-row.ts';
import { compareText } from '../../../model/text-order.ts';
import { behindSince } from '../../../rungs/out-of-sync.ts';
import { WORST_FIRST } from '../../report/proxy-status.ts';

/** What of a mesh's proxies the page's table shows at once. */
export interface ProxyList {
  /** All there are. */
  readonly total: number;
  /** How many pass the filter; `proxies` holds some of them. */
  readonly matching: number;
  readonly from: number;
  /** Of all proxies, worst state first. */
  readonly states: readonly StateCount[];
  readonly namespaces: readonly string[];
  readonly proxies: readonly ListedProxy[];
}

export interface StateCount {
  readonly state: ProxyRow['state'];
  readonly count: number;
}

export interface ListedProxy {
  readonly namespace: string;
  readonly name: string;
  readonly cluster: string;
  readonly state: ProxyRow['state'];
  /** Since when it has not held current configuration; RFC 3339. */
  readonly since: string | null;
  readonly istiod: string | null;
  readonly version: string | null;
  /** What is known of the cause. */
  readonly why: string;
}

/** A screen or two: ten thousand rows would freeze the browser. */
export const PAGE_ROWS = 100;

type Compare = (one: ProxyRow, other: ProxyRow) => number;

const byName: Compare = (one, other) =>
  compareText(one.namespace, other.namespace) || compareText(one.name, other.name);

const ORDERS: Readonly<Record<string, Compare>> = {
  state: (one, other) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state),
  namespace: (one, other) => compareText(one.namespace, other.namespace),
  name: (one, other) => compareText(one.name, other.name),
  // What is well has no time, and comes last.
  since: (one, other) => sinceOf(one) - sinceOf(other),
  istiod: (one, other) => compareText(one.istiod ?? '', other.istiod ?? ''),
  version: (one, other) => compareText(one.istioVersion ?? '', other.istioVersion ?? ''),
};

/** @param query `text namespace state sort down from`, as the page's own links have them; what makes no sense is the default */
export function proxyList(rows: readonly ProxyRow[], query: URLSearchParams): ProxyList {
  const found = rows.filter(filterOf(query)).sort(orderOf(query));
  const from = startOf(query.get('from'), found.length);
  return {
    total: rows.length,
    matching: found.length,
    from,
    states: stateCounts(rows),
    namespaces: [...new Set(rows.map(({ namespace }) => namespace))].sort(compareText),
    proxies: found.slice(from, from + PAGE_ROWS).map(listed),
  };
}

/** How many are in each state that occurs, worst first. */
export function stateCounts(rows: readonly ProxyRow[]): readonly StateCount[] {
  const states = Map.groupBy(rows, ({ state }) => state);
  return WORST_FIRST.flatMap((state) => {
    const count = states.get(state)?.length ?? 0;
    return count === 0 ? [] : [{ state, count }];
  });
}

function filterOf(query: URLSearchParams): (row: ProxyRow) => boolean {
  const [namespace, state] = [query.get('namespace') ?? '', query.get('state') ?? ''];
  const words = (query.get('text') ?? '').toLowerCase().split(/\s+/);
  return (row) => {
    if ((namespace !== '' && row.namespace !== namespace) || (state !== '' && row.state !== state)) return false;
    const said = [row.name, row.namespace, row.workload, row.istiod, row.istioVersion, row.revision, whyOf(row)];
    const text = said.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function orderOf(query: URLSearchParams): Compare {
  const name = query.get('sort') ?? '';
  const compare = (Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined) ?? ORDERS['state'] ?? byName;
  const sign = query.get('down') === '1' ? -1 : 1;
  return (one, other) => sign * compare(one, other) || byName(one, other);
}

/** The first row of the page that holds it; of the last page where there are not so many. */
function startOf(text: string | null, count: number): number {
  const wanted = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  const last = Math.max(0, count - 1);
  return Math.floor(Math.min(wanted, last) / PAGE_ROWS) * PAGE_ROWS;
}

function listed(row: ProxyRow): ListedProxy {
  const since = sinceOf(row);
  return {
    namespace: row.namespace,
    name: row.name,
    cluster: row.cluster,
    state: row.state,
    since: Number.isFinite(since) ? new Date(Math.round(since * 1000)).toISOString() : null,
    istiod: row.istiod ?? null,
    version: row.istioVersion ?? null,
    why: whyOf(row),
  };
}

function sinceOf(row: ProxyRow): number {
  return (row.state === 'SYNCED' ? undefined : behindSince(row)) ?? Number.POSITIVE_INFINITY;
}

function whyOf({ state, blockedBy, types }: ProxyRow): string {
  if (state === 'SYNCED') return '';
  const rejected = Object.entries(types).flatMap(([type, { reason }]) =>
    reason === undefined ? [] : [`${type.toUpperCase()} rejected: ${reason}`],
  );
  const blocked =
    blockedBy === undefined ? [] : [`NetworkPolicy ${blockedBy.policyNamespace}/${blockedBy.policy} blocks istiod`];
  const stale = Object.entries(types).flatMap(([type, each]) => (each.state === 'STALE' ? [type.toUpperCase()] : []));
  const open = stale.length === 0 ? [] : [`${stale.join(', ')} not acknowledged`];
  return [...blocked, ...rejected, ...open].join('; ');
}
