import { objectKey } from '../../../model/cluster.ts';
import { fqdnOf } from '../../../model/cluster-domain.ts';
import { hasTraffic } from '../../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { envoyViews } from '../../../rungs/endpoints/envoy-views.ts';
import { lacksOf, viewText } from '../../../rungs/endpoints/examine.ts';
import { hostsOut } from '../../../rungs/endpoints/hosts-out.ts';
import { serviceViews } from '../../../rungs/endpoints/service-view.ts';
import { goneEndpoints, type IsAsked, overflows } from '../../../rungs/endpoints/traffic-troubles.ts';
import { mtlsConflicts } from '../../../rungs/mtls/conflicts.ts';
import { conflictText, objectCommand } from '../../../rungs/mtls/examine.ts';
import { workloadModes } from '../../../rungs/mtls/modes.ts';
import { judgeSplit } from '../../../rungs/routes/judge-split.ts';
import { observeSplit } from '../../../rungs/routes/observed-split.ts';
import { splitsOf } from '../../../rungs/routes/splits.ts';
import type { Finding } from '../../../rungs/rung.ts';
import { counted, firstOf, podWord } from '../../../rungs/wording.ts';
import { authorizationOfPair } from './pair-authorization.ts';
import type { PairEnds } from './pair-servers.ts';

/** What a rung knows of one pair; `next` is a command to copy. */
export interface PairCheck extends PairAnswer {
  readonly question: string;
}

export interface PairAnswer {
  readonly verdict: Finding['verdict'];
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly next: string | null;
}

/** Of sync, routes, endpoints, mutual TLS and authorization what is between the two, lowest rung first. */
export function pairChecks(snapshot: MeshSnapshot, ends: PairEnds): readonly PairCheck[] {
  return [
    { question: 'Do both hold what istiod sent last?', ...syncOf(ends) },
    { question: 'Does traffic split as declared?', ...routesOf(snapshot, ends) },
    { question: 'Is anybody there to answer?', ...endpointsOf(snapshot, ends) },
    { question: 'Do the two agree on mTLS?', ...mtlsOf(snapshot, ends) },
    { question: 'Does an AuthorizationPolicy deny it?', ...authorizationOfPair(snapshot, ends) },
  ];
}

function unknown(summary: string): PairAnswer {
  return { verdict: 'unknown', summary, evidence: [], next: null };
}

/** A push that is on its way leaves nobody behind. */
export function syncOf({ callers, servers }: Pick<PairEnds, 'callers' | 'servers'>): PairAnswer {
  const proxies = [...callers, ...servers].filter(({ state }) => state !== null);
  const behind = proxies.filter(({ state, isPushed }) => state !== 'SYNCED' && !isPushed);
  const [first] = behind;
  if (proxies.length === 0) return unknown('no proxy of either end is known');
  if (first === undefined) {
    return {
      verdict: 'ok',
      summary: `${counted(proxies.length, 'proxy', 'proxies')} SYNCED${proxies.some(({ isPushed }) => isPushed) ? ', or about to be' : ''}`,
      evidence: [],
      next: null,
    };
  }
  const isKnown = behind.some(({ state }) => state !== 'UNKNOWN');
  return {
    verdict: isKnown ? 'finding' : 'unknown',
    summary: firstOf(behind.map(({ name, state }) => `${name} is ${state}`)),
    evidence: [],
    next: `meshladder check ${podWord(first)}`,
  };
}

/** As all who call it are served: how sure it is hangs on how much they call. */
export function routesOf(snapshot: MeshSnapshot, { host }: Pick<PairEnds, 'host'>): PairAnswer {
  const splits = [...splitsOf(snapshot.cluster.config).values()].filter(({ destinations }) => destinations.has(host));
  if (splits.length === 0) {
    return { verdict: 'ok', summary: 'no VirtualService or HTTPRoute names it', evidence: [], next: null };
  }
  const judged = splits.flatMap(
    (split) => judgeSplit(split, hasTraffic(snapshot) ? observeSplit(split, snapshot) : undefined, snapshot) ?? [],
  );
  const worst =
    judged.find(({ verdict }) => verdict === 'finding') ?? judged.find(({ verdict }) => verdict === 'unknown');
  const evidence = judged.flatMap((each) => each.evidence);
  if (worst === undefined) return { verdict: 'ok', summary: 'as declared', evidence, next: null };
  const { verdict, brief, summary = brief, next = null } = worst;
  return { verdict, summary, evidence, next };
}

/** As Kubernetes knows it, as the callers' Envoys do, and as their requests tell. */
function endpointsOf(snapshot: MeshSnapshot, { host, callers }: PairEnds): PairAnswer {
  const view = serviceViews(snapshot)?.find(({ service }) => fqdnOf(service) === host);
  if (view === undefined) return unknown('no service of this cluster that has endpoints is known by this name');
  const names = new Set(callers.map(({ namespace, name }) => objectKey(namespace, name)));
  const looks = envoyViews(snapshot, host).filter(({ proxy }) => names.has(objectKey(proxy.namespace, proxy.name)));
  const isAsked: IsAsked = ({ proxyNamespace, workload, destination }) =>
    destination === host && callers.some((pod) => pod.namespace === proxyNamespace && pod.tellsAs === workload);
  const troubles = [
    ...lacksOf(view, snapshot),
    ...hostsOut(view, looks, snapshot),
    ...overflows(snapshot, isAsked),
    ...goneEndpoints(snapshot, isAsked),
  ];
  const [first] = troubles;
  if (first === undefined) return { verdict: 'ok', summary: viewText(view), evidence: [], next: null };
  return {
    verdict: 'finding',
    summary: firstOf(troubles.map(({ text }) => text)),
    evidence: [...new Set([viewText(view), ...troubles.flatMap(({ evidence }) => evidence)])],
    next: first.next ?? null,
  };
}

function mtlsOf(snapshot: MeshSnapshot, { host, servers }: PairEnds): PairAnswer {
  const conflicts = mtlsConflicts(snapshot)?.filter(({ destination }) => destination === host);
  const modes = workloadModes(snapshot);
  if (conflicts === undefined || modes === undefined) return unknown('pods or PeerAuthentications are not known');
  const modeTexts = modes
    .filter(({ namespace, workload }) =>
      servers.some((pod) => pod.namespace === namespace && pod.workload === workload),
    )
    .map(({ workload, port, mode }) => `${workload}, ${port === '*' ? 'every other port' : `port ${port}`}: ${mode}`);
  // Whether pods outside of the mesh call a STRICT server, nobody said.
  const withoutHost = (text: string): string => text.replace(`${host}: `, '');
  const faults = conflicts.filter(({ reason }) => reason !== 'pods_outside_mesh');
  const [first] = faults;
  return {
    verdict: first === undefined ? 'ok' : 'finding',
    summary: first === undefined ? 'no conflict is declared' : firstOf(faults.map(conflictText).map(withoutHost), 2),
    evidence: [...new Set([...conflicts.map(conflictText), ...modeTexts])],
    next: first === undefined ? null : objectCommand(first),
  };
}
