import { proxyKey } from '../model/proxy.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import type { ProxyHistory, SyncHistory } from '../model/sync-history.ts';

/**
 * Hands what an earlier process knew to the history, so that an incident that began before a restart keeps its
 * beginning. A fact holds from the next poll on, until one says otherwise; one that comes late replaces what was only seen
 * first.
 */
export function applyRestored(history: SyncHistory, facts: readonly RestoredFact[]): SyncHistory {
  const proxies = new Map(history.proxies);
  const waiting = new Map(history.restored);
  for (const fact of facts) {
    const key = proxyKey(fact, fact.cluster);
    const proxy = proxies.get(key);
    if (proxy?.outOfSync !== undefined) proxies.set(key, withSince(proxy, fact));
    else if (canWait(proxy, waiting.get(key))) waiting.set(key, fact);
  }
  return { ...history, proxies, ...(waiting.size === 0 ? {} : { restored: waiting }) };
}

function withSince(proxy: ProxyHistory, { outOfSyncSince }: RestoredFact): ProxyHistory {
  const { outOfSync } = proxy;
  if (outOfSync?.origin !== 'first_seen' || outOfSync.since <= outOfSyncSince) return proxy;
  return { ...proxy, outOfSync: { since: outOfSyncSince, origin: 'restored' } };
}

/** What was seen SYNCED since is out of sync anew, if at all. Of two facts the first told stays: the checkpoint's. */
function canWait(proxy: ProxyHistory | undefined, waiting: RestoredFact | undefined): boolean {
  return proxy?.seenSynced !== true && waiting === undefined;
}
