import type { ProxyRow } from '../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { shellWord } from '../wording.ts';
import { loggingIn } from './access-logging.ts';

/** Where access logging is turned on for some or for all (Istio docs, "Configure access logs with Telemetry API"). */
export const SHOW_TELEMETRY = 'kubectl get telemetries.telemetry.istio.io -A -o yaml';

/**
 * A command to copy where nobody counts what proxies log: reads the log of one of them by hand, a gateway's first, through
 * which most requests come. Where none of them writes access lines, it shows what would turn them on.
 * @param reader what the log is handed to, as in `meshladder flags`
 * @returns undefined where there is no proxy
 */
export function nextWithoutTraffic(
  snapshot: MeshSnapshot,
  rows: readonly ProxyRow[],
  reader: string,
): string | undefined {
  const writing = rows.filter((row) => row.type !== 'ztunnel');
  const row = writing.find(({ type }) => type === 'router') ?? writing[0];
  if (row === undefined) return undefined;
  const modes = loggingIn(snapshot, writing);
  if (modes.size === 1 && modes.has('off')) return SHOW_TELEMETRY;
  return `kubectl -n ${shellWord(row.namespace)} logs ${shellWord(row.name)} -c istio-proxy --since=10m | ${reader}`;
}
