import { proxyTable } from '../../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { type ProxyDocument, proxyDocument } from '../../report/proxy-status-json.ts';
import type { Asked, Route } from '../answer.ts';
import { apiAnswer } from '../api-answer.ts';
import { type Happening, happeningsOf } from './happenings.ts';
import { type MeshCounts, meshCounts } from './mesh-counts.ts';
import { type Pair, pair } from './pair.ts';
import { type ProxyList, proxyList } from './proxy-list.ts';
import { type TrafficPairs, trafficPairs } from './traffic-pairs.ts';

/** One proxy, as its page shows it. */
export interface ShownProxy {
  /** Clusters may have proxies of equal names. */
  readonly proxies: readonly (ProxyDocument & { readonly happenings: readonly Happening[] })[];
  /** Why no diff can be asked for; null: one can. */
  readonly noDiff: string | null;
}

export interface PageDataOptions {
  /** Of the cluster that a query names. @throws ApiRefusal where there is none of that name */
  readonly read: (query: URLSearchParams) => MeshSnapshot;
  /** Why nobody can ask for a diff; undefined: they can. */
  readonly noDiff: string | undefined;
}

interface PageData {
  readonly proxies: ProxyList;
  readonly proxy: ShownProxy;
  readonly traffic: TrafficPairs;
  readonly pair: Pair;
  readonly counts: MeshCounts;
}

/** What the page asks for beside the API: cut to a screen, and free to change with the page. */
export function pageDataRoutes({ read, noDiff }: PageDataOptions): readonly Route[] {
  const data: { readonly [K in keyof PageData]: (query: URLSearchParams) => PageData[K] } = {
    proxies: (query) => proxyList(proxyTable(read(query)), query),
    proxy: (query) => ({ proxies: shownProxies(read(query), query), noDiff: noDiff ?? null }),
    traffic: (query) => trafficPairs(read(query), query),
    pair: (query) => pair(read(query), query),
    counts: (query) => meshCounts(read(query)),
  };
  return Object.entries(data).map(([name, document]) => ({
    path: `/page/${name}.json`,
    answer: ({ query }: Asked) => apiAnswer({ document }, query),
  }));
}

function shownProxies(snapshot: MeshSnapshot, query: URLSearchParams): ShownProxy['proxies'] {
  const [namespace, name] = [query.get('namespace'), query.get('name')];
  return proxyTable(snapshot)
    .filter((row) => row.name === name && row.namespace === namespace)
    .map((row) => ({ ...proxyDocument(row), happenings: happeningsOf(row, snapshot) }));
}
