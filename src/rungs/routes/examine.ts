import { current } from '../../model/current.ts';
import { hasTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import type { Finding, Scope } from '../rung.ts';
import { hostsOfPod, membersWith, podsIn, valuesOf } from '../scope.ts';
import { counted, firstOf } from '../wording.ts';
import { callsOf, NO_CALLS } from './callers.ts';
import { objectOf } from './cause-facts.ts';
import { showCommand } from './causes/bindings.ts';
import { hiddenAmongAlike } from './causes/shadowed.ts';
import { declaredIn } from './declared-weights.ts';
import { type Judged, judgeSplit } from './judge-split.ts';
import { nothingDivided } from './nothing-divided.ts';
import { type ObservedSplit, observeSplit } from './observed-split.ts';
import { titleOf } from './split-text.ts';
import { isDivided, type Split, splitsOf } from './splits.ts';

/** Whether requests are divided as declared. */
export function examineRoutes(snapshot: MeshSnapshot, scope: Scope): Finding {
  const { config } = snapshot.cluster;
  const declaring = config['virtualservices.networking.istio.io'] ?? { state: 'pending' };
  if (current(declaring, snapshot.takenAt, snapshot.settings.staleAfterSeconds) === undefined) {
    return { verdict: 'unknown', summary: 'VirtualServices are not known', evidence: [] };
  }
  const judged = splitsFor(scope, config)
    .flatMap((split) => judgeAsked(split, snapshot, scope) ?? [])
    .concat(undecided(snapshot, scope));
  const off = judged.filter(({ verdict, notPassed }) => verdict === 'finding' || notPassed !== undefined);
  if (off.length > 0) return offFinding(off);
  const unknown = judged.filter(({ verdict }) => verdict === 'unknown');
  const [first] = unknown;
  if (first !== undefined) {
    const { brief: summary, next } = first;
    return { verdict: 'unknown', summary, evidence: evidenceOf(unknown), ...(next !== undefined && { next }) };
  }
  if (judged.length === 0) return nothingDivided(snapshot, scope);
  const evidence = judged.flatMap((each) => each.evidence);
  const divided = judged.filter(({ split }) => isDivided(split)).length;
  const summary = divided === 0 ? 'no weights divide requests' : `${counted(divided, 'split')} as declared`;
  return { verdict: 'ok', summary, evidence };
}

function offFinding(all: readonly Judged[]): Finding {
  // Who is to blame comes first.
  const off = all.toSorted((one, other) => Number(one.notPassed !== undefined) - Number(other.notPassed !== undefined));
  const brief = firstOf(off.map((each) => each.brief));
  const evidence = evidenceOf(off);
  const blamed = off.find(({ notPassed }) => notPassed === undefined);
  const lowest = Math.min(...off.flatMap(({ notPassed }) => notPassed ?? []));
  // What a proxy does that does not hold current routes says nothing of the routes.
  if (blamed === undefined) {
    return { verdict: 'unknown', summary: `rung ${lowest} not passed; ${brief}`, brief, evidence };
  }
  const { next, summary } = blamed;
  const told = { verdict: 'finding', brief, ...(next !== undefined && { next }) } as const;
  if (off.length === 1) return { ...told, summary: summary ?? brief, evidence };
  return { ...told, summary: brief, evidence: evidenceOf(off.map(withSummary)) };
}

/** Of several each says its sentence in the evidence. */
function withSummary(judged: Judged): Judged {
  return judged.summary === undefined ? judged : { ...judged, evidence: [judged.summary, ...judged.evidence] };
}

/** Splits told one by one; the rest is counted. */
const MAX_TOLD = 5;

function evidenceOf(judged: readonly Judged[]): readonly string[] {
  const more = judged.length - MAX_TOLD;
  const told = judged.slice(0, MAX_TOLD).flatMap(({ evidence }) => evidence);
  return more > 0 ? [...told, `and ${counted(more, 'more split')}`] : told;
}

function judgeAsked(split: Split, snapshot: MeshSnapshot, scope: Scope): Judged | undefined {
  const observed = hasTraffic(snapshot) ? observeSplit(split, snapshot) : undefined;
  return concerns(split, observed, snapshot, scope) ? judgeSplit(split, observed, snapshot) : undefined;
}

/** Of a namespace, those it declares; a pod's may be declared anywhere. */
function splitsFor({ namespace, name }: Scope, config: MeshSnapshot['cluster']['config']): readonly Split[] {
  const all = valuesOf(splitsOf(config));
  return name === undefined ? membersWith(all, namespace, namespaceOf) : all;
}

function namespaceOf({ object }: Pick<Split, 'object'>): string {
  return object.namespace;
}

/** A pod is asked about as one who calls, be it past the split, or as one who is called. */
function concerns(split: Split, observed: ObservedSplit | undefined, snapshot: MeshSnapshot, scope: Scope): boolean {
  const { namespace, name } = scope;
  if (name === undefined) return namespace === undefined || split.object.namespace === namespace;
  const workload = workloadOfPodName(name);
  if (observed?.callers.has(`${namespace}/${workload}`) === true) return true;
  if (!hostsOfPod(snapshot, podsIn(snapshot, scope)?.[0]).isDisjointFrom(split.destinations)) return true;
  const object = objectOf(split, snapshot.cluster);
  const { callers } = object === undefined ? NO_CALLS : callsOf(split, object, snapshot);
  return callers.some((caller) => caller.namespace === namespace && caller.workload === workload);
}

function undecided(snapshot: MeshSnapshot, scope: Scope): readonly Judged[] {
  return declaredIn(snapshot.cluster.config).undecided.flatMap(
    ({ object: declaring, route, destinations }): readonly Judged[] => {
      const split: Split = { object: declaring, route, weights: [], destinations: new Set(destinations), key: '' };
      if (!concerns(split, undefined, snapshot, scope)) return [];
      const object = objectOf(split, snapshot.cluster);
      const hidden = object?.kind === 'VirtualService' ? hiddenAmongAlike(object, route) : undefined;
      if (hidden !== undefined) {
        const [text, order] = hidden;
        const next = showCommand(split);
        return [{ split, verdict: 'finding', brief: `${titleOf(split)}: ${text}`, evidence: [order], next }];
      }
      const brief = `${titleOf(split)}: several routes ${route === '' ? 'without a name' : `called ${route}`} disagree, and no log tells them apart`;
      return [{ split, verdict: 'unknown', brief, evidence: [] }];
    },
  );
}
