import { hasTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ProxyLogCount } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, rowsIn } from '../scope.ts';
import { counted, firstOf, shellWord, span } from '../wording.ts';

const VERBOSE: ReadonlySet<string> = new Set(['debug', 'trace']);

/** Whether proxies write lines of levels that nobody wants for long. */
export function examineProxyLogging(snapshot: MeshSnapshot, scope: Scope): Finding {
  if (!hasTraffic(snapshot)) return { verdict: 'unknown', summary: 'no log source', evidence: [] };
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return { verdict: 'unknown', summary: 'counted for too short a time', evidence: [] };
  const asked = recent.proxyLogs.filter((each) => isOfScope(each, scope));
  const verbose = asked.filter(({ level }) => VERBOSE.has(level)).toSorted((one, other) => other.count - one.count);
  const time = span(recent.seconds);
  const [first] = verbose;
  if (first !== undefined) {
    return {
      verdict: 'finding',
      summary: `${firstOf(verbose.map(logText))} in ${time}`,
      evidence: verbose.slice(0, 5).map(logText),
      next: nextFor(first, snapshot),
    };
  }
  const lines = asked.reduce((sum, { count }) => sum + count, 0);
  return {
    verdict: 'ok',
    summary: `no debug lines among ${counted(lines, 'proxy log line')} in ${time}`,
    evidence: [],
  };
}

function logText({ proxyNamespace, workload, level, count }: ProxyLogCount): string {
  return `${counted(count, `${level} line`)} by ${workload}.${proxyNamespace}`;
}

function nextFor({ proxyNamespace: namespace, workload }: ProxyLogCount, snapshot: MeshSnapshot): string {
  const row = rowsIn(snapshot, { namespace }).find(({ name }) => workloadOfPodName(name) === workload);
  return `istioctl proxy-config log ${shellWord(row === undefined ? `deploy/${workload}` : row.name)} -n ${shellWord(namespace)}`;
}
