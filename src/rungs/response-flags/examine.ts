import { hasTraffic, type RecentTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { RequestCount } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { hasStopped, type Quiet, quietFor, quietText } from '../quiet.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, membersWith, rowsIn } from '../scope.ts';
import { counted, firstOf, percent, shellWord, span } from '../wording.ts';
import { loggingIn } from './access-logging.ts';
import { type FlagCount, flagCounts, isMeasuredBy, wayOf } from './flag-counts.ts';
import { briefOf, meaningOf, tlsHint } from './flag-words.ts';
import { nextWithoutTraffic, SHOW_TELEMETRY } from './next-without-traffic.ts';

/** Fewer lines, or a smaller part of what goes the same way, are no finding. */
const MIN_LINES = 5;
const MIN_SHARE = 0.01;

/** Which failures proxies log. */
export function examineResponseFlags(snapshot: MeshSnapshot, scope: Scope): Finding {
  if (!hasTraffic(snapshot)) return uncounted(snapshot, scope);
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return { verdict: 'unknown', summary: 'counted for too short a time', evidence: [] };
  const requests = requestsIn(recent, scope);
  const flags = flagCounts(requests);
  const many = flags.filter(({ count, total }) => count >= MIN_LINES && count >= total * MIN_SHARE);
  const told = many.map((each) => ({ ...each, quiet: quietOf(each, snapshot, scope) }));
  const going = told.filter((each) => !hasStopped(each.quiet, each));
  if (going.length > 0) return goingFinding(going, recent.seconds);
  if (told.length > 0) return overFinding(told, recent.seconds);
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return withoutRequests(snapshot, scope, recent.seconds);
  const summary = `no failure on more than ${percent(MIN_SHARE)} of ${counted(total, 'log line')} in ${span(recent.seconds)}`;
  return { verdict: 'ok', summary, evidence: flags.slice(0, 3).map(briefOf) };
}

function requestsIn({ requests }: RecentTraffic, scope: Scope): readonly RequestCount[] {
  return membersWith(requests, scope.namespace, homeOf).filter(({ shape }) => isOfScope(shape, scope));
}

/** A flag, and for how long it has not been logged. */
type FlagOfLate = FlagCount & { readonly quiet: Quiet | undefined };

function quietOf({ flag, way }: FlagCount, snapshot: MeshSnapshot, scope: Scope): Quiet | undefined {
  const onWay = (recent: RecentTraffic): readonly RequestCount[] =>
    requestsIn(recent, scope).filter(({ shape }) => isMeasuredBy(shape, way));
  const sum = (requests: readonly RequestCount[]): number => requests.reduce((all, { count }) => all + count, 0);
  return quietFor(snapshot, {
    happened: (recent) =>
      sum(requestsIn(recent, scope).filter(({ shape }) => wayOf(shape) === way && shape.flags.includes(flag))),
    occasions: (recent) => sum(onWay(recent)),
  });
}

function goingFinding(going: readonly FlagOfLate[], seconds: number): Finding {
  const [first] = going;
  return {
    verdict: 'finding',
    summary: firstOf(going.map(seenText), 2, 'finding'),
    evidence: [
      ...going.slice(0, 5).map((each) => `${briefOf(each)} in ${span(seconds)}: ${meaningOf(each)}`),
      ...tlsHint(going),
    ],
    ...(first !== undefined && { next: `meshladder decode ${shellWord(first.flag)}` }),
  };
}

function seenText({ quiet, ...flag }: FlagOfLate): string {
  return quiet === undefined ? briefOf(flag) : `${briefOf(flag)}, ${quietText(quiet)}`;
}

/** Mended: enough requests went the same way since without it. */
function overFinding(over: readonly FlagOfLate[], seconds: number): Finding {
  const summary = `no longer: ${firstOf(over.map(seenText), 2, 'finding')}`;
  return { verdict: 'ok', summary, evidence: over.slice(0, 5).map((each) => `${briefOf(each)} in ${span(seconds)}`) };
}

/** Nobody counts: the logs themselves are there to be read, unless nothing is written. */
function uncounted(snapshot: MeshSnapshot, scope: Scope): Finding {
  const next = nextWithoutTraffic(snapshot, rowsIn(snapshot, scope), 'meshladder flags');
  return { verdict: 'unknown', summary: 'no traffic source', evidence: [], ...(next !== undefined && { next }) };
}

function homeOf({ shape }: RequestCount): string {
  return shape.proxyNamespace;
}

function withoutRequests(snapshot: MeshSnapshot, scope: Scope, seconds: number): Finding {
  const modes = loggingIn(snapshot, rowsIn(snapshot, scope));
  if (modes.has('off'))
    return { verdict: 'unknown', summary: 'access logging is off', evidence: [], next: SHOW_TELEMETRY };
  return { verdict: 'ok', summary: `no request logged in ${span(seconds)}`, evidence: [] };
}
