import type { ProxyRow } from '../../model/proxy-row.ts';
import { isSilent } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { explainOutOfSync, isBehind } from '../out-of-sync.ts';
import type { Finding, Scope } from '../rung.ts';
import { rowsIn } from '../scope.ts';
import { whyUnknown } from '../unknown-proxies.ts';
import { counted } from '../wording.ts';

/** Whether these proxies hold what istiod sent; of those that no istiod lists, rung 1 tells. */
export function examineConfigSynced(snapshot: MeshSnapshot, scope: Scope): Finding {
  const rows = rowsIn(snapshot, scope);
  const behind = rows.filter((row) => isBehind(row, snapshot.takenAt));
  if (behind.length > 0) {
    const { brief, evidence, next } = explainOutOfSync(behind, snapshot.takenAt);
    return { verdict: 'finding', summary: brief, evidence, next };
  }
  if (isSilent(snapshot)) return { verdict: 'unknown', summary: 'rung 0 not passed', evidence: [] };
  if (rows.some(({ verdict }) => verdict === 'missing')) {
    return { verdict: 'unknown', summary: 'rung 1 not passed', evidence: [] };
  }
  const unknown = whyUnknown(rows, snapshot);
  if (unknown !== undefined) return { verdict: 'unknown', summary: unknown, evidence: [syncedText(rows)] };
  return { verdict: 'ok', summary: syncedText(rows), evidence: [] };
}

function syncedText(rows: readonly ProxyRow[]): string {
  if (rows.length === 0) return 'no proxy to ask about';
  const synced = rows.filter(({ verdict }) => verdict === 'synced').length;
  const pushing = rows.filter(({ verdict }) => verdict === 'stale').length;
  const all = `${counted(synced, 'proxy', 'proxies')} SYNCED`;
  return pushing === 0 ? all : `${all}, ${pushing} with a push under way`;
}
