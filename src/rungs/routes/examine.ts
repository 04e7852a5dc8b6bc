import { current } from '../../model/current.ts';
import { hasTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import type { Finding, Scope } from '../rung.ts';
import { hostsOfPod, membersWith, podsIn, rungNotPassed, valuesOf } from '../scope.ts';
import { counted, firstOf, percent, shellWord, shortHost, span } from '../wording.ts';
import { declaredIn } from './declared-weights.ts';
import { callerRows, type ObservedSplit, observeSplit } from './observed-split.ts';
import { isDivided, rivalsOf, type Split, splitsOf } from './splits.ts';
import { whyNoShare } from './why-no-share.ts';

/** One split, with what is to be said of it. */
interface Judged {
  readonly split: Split;
  readonly verdict: Finding['verdict'];
  readonly brief: string;
  readonly evidence: readonly string[];
  /** Off, and its callers are: not the route is to blame. */
  readonly notPassed?: number;
  readonly next?: string;
}

/** Whether requests are divided as declared. */
export function examineRoutes(snapshot: MeshSnapshot, scope: Scope): Finding {
  const { config } = snapshot.cluster;
  const declaring = config['virtualservices.networking.istio.io'] ?? { state: 'pending' };
  if (current(declaring, snapshot.takenAt, snapshot.settings.staleAfterSeconds) === undefined) {
    return { verdict: 'unknown', summary: 'VirtualServices are not known', evidence: [] };
  }
  const judged = splitsFor(scope, config)
    .flatMap((split) => judgeSplit(split, snapshot, scope) ?? [])
    .concat(undecided(snapshot, scope));
  const off = judged.filter(({ verdict, notPassed }) => verdict === 'finding' || notPassed !== undefined);
  if (off.length > 0) return offFinding(off);
  const unknown = judged.filter(({ verdict }) => verdict === 'unknown');
  const evidence = judged.flatMap((each) => each.evidence);
  const [first] = unknown;
  if (first !== undefined) return { verdict: 'unknown', summary: first.brief, evidence };
  const divided = judged.filter(({ split }) => isDivided(split)).length;
  const summary = divided === 0 ? 'no weights divide requests' : `${counted(divided, 'split')} as declared`;
  return { verdict: 'ok', summary, evidence };
}

function offFinding(off: readonly Judged[]): Finding {
  const brief = firstOf(off.map((each) => each.brief));
  const evidence = off.flatMap((each) => each.evidence);
  const blamed = off.find(({ notPassed }) => notPassed === undefined);
  const lowest = Math.min(...off.flatMap(({ notPassed }) => notPassed ?? []));
  // What a proxy does that does not hold current routes says nothing of the routes.
  if (blamed === undefined) {
    return { verdict: 'unknown', summary: `rung ${lowest} not passed; ${brief}`, brief, evidence };
  }
  const { next } = blamed;
  return { verdict: 'finding', summary: brief, evidence, ...(next !== undefined && { next }) };
}

function judgeSplit(split: Split, snapshot: MeshSnapshot, scope: Scope): Judged | undefined {
  const observed = hasTraffic(snapshot) ? observeSplit(split, snapshot) : undefined;
  if (!concerns(split, observed, snapshot, scope)) return undefined;
  const rivals = rivalsOf(split, splitsOf(snapshot.cluster.config));
  const why = whyNoShare({ split, observed, rivals, snapshot });
  if (why !== undefined || observed === undefined) {
    // Where all goes one way, that nobody has gone it lately is no gap in what is known.
    if (!isDivided(split)) return undefined;
    const brief = `${titleOf(split)}: ${why ?? 'nothing counted yet'}`;
    return { split, verdict: 'unknown', brief, evidence: [declaredText(split)] };
  }
  const evidence = [observedText(split, observed)];
  if (observed.verdict !== 'off') return { split, verdict: 'ok', brief: '', evidence };
  const rows = callerRows(observed.callers, snapshot);
  const notPassed = rungNotPassed(snapshot, rows);
  const next = nextFor(split, rows[0]);
  const verdict = notPassed === undefined ? 'finding' : 'unknown';
  return { split, verdict, brief: offText(observed), evidence, next, ...(notPassed !== undefined && { notPassed }) };
}

/** Of a namespace, those it declares; a pod's may be declared anywhere. */
function splitsFor({ namespace, name }: Scope, config: MeshSnapshot['cluster']['config']): readonly Split[] {
  const all = valuesOf(splitsOf(config));
  return name === undefined ? membersWith(all, namespace, namespaceOf) : all;
}

function namespaceOf({ object }: Pick<Split, 'object'>): string {
  return object.namespace;
}

/** A pod is asked about as one who calls or as one who is called. */
function concerns(
  { object, destinations }: Split,
  observed: ObservedSplit | undefined,
  snapshot: MeshSnapshot,
  scope: Scope,
): boolean {
  const { namespace, name } = scope;
  if (name === undefined) return namespace === undefined || object.namespace === namespace;
  if (observed?.callers.has(`${namespace}/${workloadOfPodName(name)}`) === true) return true;
  return !hostsOfPod(snapshot, podsIn(snapshot, scope)?.[0]).isDisjointFrom(destinations);
}

function undecided(snapshot: MeshSnapshot, scope: Scope): readonly Judged[] {
  return declaredIn(snapshot.cluster.config).undecided.flatMap(({ object, route, destinations }) => {
    const split: Split = { object, route, weights: [], destinations: new Set(destinations), key: '' };
    if (!concerns(split, undefined, snapshot, scope)) return [];
    const brief = `${titleOf(split)}: several routes ${route === '' ? 'without a name' : `called ${route}`} disagree, and no log tells them apart`;
    return [{ split, verdict: 'unknown', brief, evidence: [] }];
  });
}

function titleOf({ object, route }: Split): string {
  return `${object.kind} ${object.namespace}/${object.name}${route === '' ? '' : ` route ${route}`}`;
}

/** `canary payment-svc/v2 declared 10 %, observed 0 %`: of all that is off, the smallest share, which one watches. */
function offText({ shares, total }: ObservedSplit): string {
  const off = shares.filter(({ judged }) => judged.verdict === 'off');
  const [first] = off.toSorted((one, other) => one.weight.ratio - other.weight.ratio);
  if (first === undefined) return '';
  const { destination, subset, ratio } = first.weight;
  const name = `${shortHost(destination)}${subset === '' ? '' : `/${subset}`}`;
  const canary = ratio < 0.5 ? 'canary ' : '';
  return `${canary}${name} declared ${percent(ratio)}, observed ${percent(first.hits / total)}`;
}

function declaredText({ weights }: Split): string {
  const shares = weights.map(({ destination, subset, ratio }) => {
    return `${shortHost(destination)}${subset === '' ? '' : `/${subset}`} ${percent(ratio)}`;
  });
  return `declared: ${firstOf(shares, 4)}`;
}

function observedText(split: Split, { shares, total, seconds }: ObservedSplit): string {
  const hits = shares.map(({ weight, hits: count }) => {
    const { destination, subset } = weight;
    return `${shortHost(destination)}${subset === '' ? '' : `/${subset}`} ${count.toLocaleString('en')}`;
  });
  const requests = `of ${counted(total, 'request')} in ${span(seconds)}: ${firstOf(hits, 4)}`;
  return `${titleOf(split)}: ${declaredText(split)}; ${requests}`;
}

function nextFor({ object }: Split, row: { readonly name: string; readonly namespace: string } | undefined): string {
  if (row !== undefined) return `istioctl proxy-config routes ${shellWord(`${row.name}.${row.namespace}`)} -o json`;
  return `kubectl -n ${shellWord(object.namespace)} get ${object.kind.toLowerCase()} ${shellWord(object.name)} -o yaml`;
}
