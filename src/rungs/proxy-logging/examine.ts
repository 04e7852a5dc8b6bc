import { hasTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ProxyLogCount } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { hasStopped, type Quiet, quietFor, quietText } from '../quiet.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, rowsIn } from '../scope.ts';
import { counted, firstOf, podText, podWord, shellWord, span } from '../wording.ts';
import { type LookedLoggers, lookedLoggers, type VerboseLogger } from './verbose-loggers.ts';

const VERBOSE: ReadonlySet<string> = new Set(['debug', 'trace']);
const MAX_TOLD = 5;

/** What was written lately, of those asked about. */
interface Written {
  readonly logs: readonly ProxyLogCount[];
  readonly seconds: number;
}

/** Whether proxies write lines of levels that nobody wants for long, or are set to. */
export function examineProxyLogging(snapshot: MeshSnapshot, scope: Scope): Finding {
  const looked = lookedLoggers(snapshot)?.filter(({ proxy }) => isAsked(proxy, scope)) ?? [];
  const written = writtenIn(snapshot, scope);
  const set = looked.filter(({ loggers }) => loggers.length > 0);
  const [first] = set;
  if (first !== undefined) return setFinding(first, set, written, snapshot);
  const verbose = (written?.logs ?? []).filter(({ level }) => VERBOSE.has(level));
  if (written !== undefined && verbose.length > 0) {
    const quiet = quietOf(snapshot, scope);
    if (!hasStopped(quiet, { count: total(verbose), total: written.seconds })) {
      return writtenFinding(verbose, { ...written, quiet }, snapshot);
    }
    return overFinding(verbose, { ...written, quiet });
  }
  return quiet(looked, written, { snapshot, scope });
}

/** For how long nobody asked about has written a verbose line; each second is an occasion. */
function quietOf(snapshot: MeshSnapshot, scope: Scope): Quiet | undefined {
  return quietFor(snapshot, {
    happened: ({ proxyLogs }) => total(proxyLogs.filter((each) => VERBOSE.has(each.level) && isOfScope(each, scope))),
    occasions: ({ seconds }) => seconds,
  });
}

function total(logs: readonly ProxyLogCount[]): number {
  return logs.reduce((sum, { count }) => sum + count, 0);
}

function isAsked(proxy: { readonly namespace: string; readonly name: string }, { namespace, name }: Scope): boolean {
  return (namespace === undefined || proxy.namespace === namespace) && (name === undefined || proxy.name === name);
}

function writtenIn(snapshot: MeshSnapshot, scope: Scope): Written | undefined {
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return undefined;
  return { logs: recent.proxyLogs.filter((each) => isOfScope(each, scope)), seconds: recent.seconds };
}

function setFinding(
  first: LookedLoggers,
  set: readonly LookedLoggers[],
  written: Written | undefined,
  { takenAt }: MeshSnapshot,
): Finding {
  const cost = costOf(set, written);
  const more = set.length > 1 ? ` and ${counted(set.length - 1, 'more proxy', 'more proxies')}` : '';
  return {
    verdict: 'finding',
    summary: `${loggersText(first.loggers)} on ${podText(first.proxy)}${more}${cost === '' ? '' : `: ${cost}`}`,
    evidence: set.slice(0, MAX_TOLD).map(({ proxy, loggers }) => {
      const since = Math.min(...loggers.map((each) => each.since));
      return `${podText(proxy)}: ${loggersText(loggers)}, first seen ${span(takenAt - since)} ago`;
    }),
    next: `meshladder config log ${podWord(first.proxy)} --level default`,
  };
}

/** `rbac at debug`, `62 loggers at debug`. */
function loggersText(loggers: readonly VerboseLogger[]): string {
  return [...Map.groupBy(loggers, ({ level }) => level)]
    .map(([level, same]) => {
      const names = same.length > 3 ? counted(same.length, 'logger') : firstOf(same.map(({ name }) => name));
      return `${names} at ${level}`;
    })
    .join(', ');
}

/** What the workloads with such proxies write at those levels. */
function costOf(set: readonly LookedLoggers[], written: Written | undefined): string {
  if (written === undefined) return '';
  const workloads = new Set(set.map(({ proxy }) => `${proxy.namespace}/${workloadOfPodName(proxy.name)}`));
  const levels = new Set(set.flatMap(({ loggers }) => loggers.map(({ level }) => level)));
  const lines = written.logs
    .filter((each) => levels.has(each.level) && workloads.has(`${each.proxyNamespace}/${each.workload}`))
    .reduce((sum, { count }) => sum + count, 0);
  const rate = lines / written.seconds;
  return lines === 0 ? '' : `${rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)} lines/s`;
}

type WrittenUntil = Written & { readonly quiet: Quiet | undefined };

/** Put back: lines came so often that so long a silence is no chance. */
function overFinding(verbose: readonly ProxyLogCount[], { seconds, quiet }: WrittenUntil): Finding {
  const since = quiet === undefined ? '' : `, ${quietText(quiet)}`;
  return {
    verdict: 'ok',
    summary: `no longer: ${firstOf(verbose.map(logText))} in ${span(seconds)}${since}`,
    evidence: [],
  };
}

function writtenFinding(
  verbose: readonly ProxyLogCount[],
  { seconds, quiet }: WrittenUntil,
  snapshot: MeshSnapshot,
): Finding {
  const loudest = verbose.toSorted((one, other) => other.count - one.count);
  const [first] = loudest;
  return {
    verdict: 'finding',
    summary: `${firstOf(loudest.map(logText))} in ${span(seconds)}${quiet === undefined ? '' : `, ${quietText(quiet)}`}`,
    evidence: loudest.slice(0, MAX_TOLD).map(logText),
    ...(first !== undefined && { next: nextFor(first, snapshot) }),
  };
}

function quiet(
  looked: readonly LookedLoggers[],
  written: Written | undefined,
  { snapshot, scope }: { readonly snapshot: MeshSnapshot; readonly scope: Scope },
): Finding {
  const seen =
    looked.length === 0 ? [] : [`no verbose logger on ${counted(looked.length, 'proxy', 'proxies')} looked into`];
  if (written !== undefined) {
    const lines = written.logs.reduce((sum, { count }) => sum + count, 0);
    const summary = `no debug lines among ${counted(lines, 'proxy log line')} in ${span(written.seconds)}`;
    return { verdict: 'ok', summary, evidence: seen };
  }
  const [summary] = seen;
  if (summary !== undefined) return { verdict: 'ok', summary, evidence: [] };
  const why = hasTraffic(snapshot) ? 'counted for too short a time' : 'no log source';
  const row = rowsIn(snapshot, scope).find(({ type }) => type !== 'ztunnel');
  const next = row && `meshladder config log ${podWord(row)}`;
  return { verdict: 'unknown', summary: why, evidence: [], ...(next !== undefined && { next }) };
}

function logText({ proxyNamespace, workload, level, count }: ProxyLogCount): string {
  return `${counted(count, `${level} line`)} by ${workload}.${proxyNamespace}`;
}

function nextFor({ proxyNamespace: namespace, workload }: ProxyLogCount, snapshot: MeshSnapshot): string {
  const row = rowsIn(snapshot, { namespace }).find(({ name }) => workloadOfPodName(name) === workload);
  return row === undefined
    ? `istioctl proxy-config log ${shellWord(`deploy/${workload}`)} -n ${shellWord(namespace)}`
    : `meshladder config log ${podWord(row)}`;
}
