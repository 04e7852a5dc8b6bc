import type { DenialCount } from '../../model/denial-count.ts';
import type { RecentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { hasStopped, type Quiet, quietFor, quietText } from '../quiet.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope } from '../scope.ts';
import { counted, firstOf, span } from '../wording.ts';
import { type GoneDenials, goneDenials } from './gone-policies.ts';
import { denierRuleText, denierText, policyCommand } from './policy-words.ts';

/** What is asked, and of whom. */
export interface Asked {
  readonly snapshot: MeshSnapshot;
  readonly scope: Scope;
}

/** What servers' own logs tell of denials. @returns undefined where nothing was denied */
export function denialsFinding(
  recent: RecentTraffic,
  standing: readonly string[],
  { snapshot, scope }: Asked,
): Finding | undefined {
  const { isGone, isOver } = goneDenials(snapshot);
  const asked = recent.denials
    .filter((each) => isOfScope(each, scope))
    .map((denied) => ({ ...denied, quiet: quietOf(denied, snapshot) }));
  const going = asked.filter(
    (each) => !isOver(each) && !hasStopped(each.quiet, { ...each, total: servedBy(each, recent) }),
  );
  if (going.length > 0) return deniedFinding(going, standing, { isGone, seconds: recent.seconds });
  return asked.length > 0 ? overFinding(asked, standing, { isGone, seconds: recent.seconds }) : undefined;
}

/** Denials, and for how long there have been none. */
type DenialOfLate = DenialCount & { readonly quiet: Quiet | undefined };

type Server = Pick<DenialCount, 'proxyNamespace' | 'workload'>;

function quietOf(denied: DenialCount, snapshot: MeshSnapshot): Quiet | undefined {
  const isSame = (other: DenialCount): boolean =>
    isOf(other, denied) && denierText(other.denial) === denierText(denied.denial);
  return quietFor(snapshot, {
    happened: ({ denials }) => denials.filter(isSame).reduce((sum, { count }) => sum + count, 0),
    occasions: (recent) => servedBy(denied, recent),
  });
}

function isOf(one: Server, other: Server): boolean {
  return one.proxyNamespace === other.proxyNamespace && one.workload === other.workload;
}

/** Requests that came in at the server: each could have been denied. */
function servedBy(server: Server, { requests }: RecentTraffic): number {
  return requests
    .filter(({ shape }) => shape.direction === 'inbound' && isOf(shape, server))
    .reduce((sum, { count }) => sum + count, 0);
}

interface Denying extends Pick<GoneDenials, 'isGone'> {
  readonly seconds: number;
}

/** Mended: who denied is deleted, or lets through what comes since. */
function overFinding(
  over: readonly DenialOfLate[],
  standing: readonly string[],
  { isGone, seconds }: Denying,
): Finding {
  const total = over.reduce((sum, { count }) => sum + count, 0);
  const by = over.map((each) => {
    const since = isGone(each) ? ', gone since' : each.quiet === undefined ? '' : `, ${quietText(each.quiet)}`;
    return `${denierText(each.denial)}${since}`;
  });
  const summary = `no longer: ${counted(total, 'request')} denied in ${span(seconds)} by ${firstOf([...new Set(by)])}`;
  return { verdict: 'ok', summary, evidence: standing };
}

function deniedFinding(
  denied: readonly DenialOfLate[],
  standing: readonly string[],
  { isGone, seconds }: Denying,
): Finding {
  const most = denied.toSorted((one, other) => other.count - one.count);
  const total = most.reduce((sum, { count }) => sum + count, 0);
  const by = most.map((each) => {
    const quiet = each.quiet === undefined ? '' : `, ${quietText(each.quiet)}`;
    return `${denierText(each.denial)}${isGone(each) ? ', which is gone' : ''}${quiet}`;
  });
  const [first] = most;
  return {
    verdict: 'finding',
    summary: `${counted(total, 'request')} denied in ${span(seconds)} by ${firstOf([...new Set(by)])}`,
    evidence: [...most.slice(0, 5).map(denialText), ...standing],
    ...(first !== undefined && { next: policyCommand(first.denial, first.proxyNamespace) }),
  };
}

function denialText({ proxyNamespace, workload, denial, count }: DenialCount): string {
  return `${workload}.${proxyNamespace}: ${count.toLocaleString('en')} by ${denierRuleText(denial)}`;
}
