import { hasTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import { findResponseFlag, isFailure } from '../../model/response-flag.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { RequestCount, RequestShape } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, membersWith, rowsIn } from '../scope.ts';
import { counted, firstOf, percent, shellWord, shortHost, span } from '../wording.ts';
import { loggingIn } from './access-logging.ts';
import { nextWithoutTraffic, SHOW_TELEMETRY } from './next-without-traffic.ts';

/** Fewer lines, or a smaller part of what goes the same way, are no finding. */
const MIN_LINES = 5;
const MIN_SHARE = 0.01;

/** One flag on the way to one destination. */
interface FlagCount {
  readonly flag: string;
  readonly destination: string;
  readonly direction: RequestShape['direction'];
  /** Lines by the class of their details. */
  readonly details: Map<string, number>;
  readonly total: number;
  count: number;
}

/** Which failures proxies log. */
export function examineResponseFlags(snapshot: MeshSnapshot, scope: Scope): Finding {
  if (!hasTraffic(snapshot)) return uncounted(snapshot, scope);
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return { verdict: 'unknown', summary: 'counted for too short a time', evidence: [] };
  const requests = membersWith(recent.requests, scope.namespace, homeOf).filter(({ shape }) => isOfScope(shape, scope));
  const flags = flagCounts(requests);
  const many = flags.filter(({ count, total }) => count >= MIN_LINES && count >= total * MIN_SHARE);
  const [first] = many;
  if (first !== undefined) {
    return {
      verdict: 'finding',
      summary: firstOf(many.map(briefOf), 2),
      evidence: [
        ...many.slice(0, 5).map((each) => `${briefOf(each)} in ${span(recent.seconds)}: ${meaningOf(each)}`),
        ...tlsHint(many),
      ],
      next: `meshladder decode ${shellWord(first.flag)}`,
    };
  }
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return withoutRequests(snapshot, scope, recent.seconds);
  const summary = `no failure on more than ${percent(MIN_SHARE)} of ${counted(total, 'log line')} in ${span(recent.seconds)}`;
  return { verdict: 'ok', summary, evidence: flags.slice(0, 3).map(briefOf) };
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

/** Most first. A line counts for each of its flags that mean a failure. */
function flagCounts(requests: readonly RequestCount[]): readonly FlagCount[] {
  const totals = new Map<string, number>();
  for (const { shape, count } of requests) add(totals, wayOf(shape), count);
  // What found no route says of no destination; it is measured by all that was sent out.
  const out = requests.reduce((sum, { shape, count }) => sum + (shape.direction === 'inbound' ? 0 : count), 0);
  const counts = new Map<string, FlagCount>();
  for (const { shape, count } of requests) {
    for (const flag of shape.flags.filter(isFailure)) {
      const key = `${flag} ${wayOf(shape)}`;
      const total = shape.direction === 'unknown' ? out : (totals.get(wayOf(shape)) ?? count);
      const { destination, direction, details } = shape;
      const known = counts.get(key) ?? { flag, destination, direction, details: new Map(), total, count: 0 };
      known.count += count;
      add(known.details, details, count);
      counts.set(key, known);
    }
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}

function wayOf({ direction, destination }: RequestShape): string {
  return `${direction} ${destination}`;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function briefOf({ flag, destination, direction, count, total }: FlagCount): string {
  const where = destination.startsWith('__')
    ? ''
    : ` ${direction === 'inbound' ? 'at' : 'to'} ${shortHost(destination)}`;
  return `${flag} on ${count.toLocaleString('en')} of ${counted(total, 'request')}${where}`;
}

/** With the commonest of its details. */
function meaningOf({ flag, details }: FlagCount): string {
  const meaning = findResponseFlag(flag)?.meaning ?? 'a flag that is not in the table';
  const [[most] = ['']] = [...details].toSorted(([, one], [, other]) => other - one);
  return most === '' || most === 'via_upstream' ? meaning : `${meaning} (${most})`;
}

/** What details say where a connection fails for its TLS, or for want of it (`transportClass`, response_code_details). */
const TLS_DETAILS: readonly string[] = [
  'filter_chain_not_found',
  'certificate_verify_failed',
  'certificate_required',
  'certificate_expired',
  'unknown_ca',
  'wrong_version_number',
  'secret_not_supplied',
  'tls_error',
];

/** Where TLS fails, the answer is one rung, and not one flag, away. */
function tlsHint(many: readonly FlagCount[]): readonly string[] {
  const told = TLS_DETAILS.filter((word) =>
    many.some(({ details }) => [...details.keys()].some((each) => each.includes(word))),
  );
  return told.length === 0
    ? []
    : [`${firstOf(told)}: client and server disagree on TLS; rung 5 (mtls) says who wants what`];
}
