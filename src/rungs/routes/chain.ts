import type { DeclaredWeight } from '../../model/declared-weight.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { isBehind } from '../out-of-sync.ts';
import { counted, firstOf, percent, shellWord, shortHost, span } from '../wording.ts';
import { type EnvoyLook, envoyLooks, sameSince } from './envoy-looks.ts';
import { callerRows, type ObservedSplit } from './observed-split.ts';
import type { Split } from './splits.ts';
import type { TakenByOthers } from './taken-by-others.ts';

/** Where a split may break on its way from configuration to traffic, in this order. */
export type LinkName = 'istiod' | 'Envoy' | 'traffic';

export interface Link {
  readonly name: LinkName;
  /** `unknown`: nobody looked. */
  readonly state: 'ok' | 'broken' | 'unknown';
  /** `Envoy of checkout holds 0 %`; empty where there is nothing to say in a line. */
  readonly text: string;
  /** What it rests on. */
  readonly evidence?: string;
  readonly next?: string;
}

/** Declared, in istiod's configuration, in Envoy, seen in traffic. */
export interface Chain {
  /** `VirtualService payment-svc: declared 10 % v2 · Envoy of checkout holds 0 % · traffic 0 of 1,204`. */
  readonly line: string;
  readonly links: readonly Link[];
  /** The first link that is broken. */
  readonly broken?: Link;
}

export interface ChainFacts {
  readonly split: Split;
  readonly snapshot: MeshSnapshot;
  readonly observed: ObservedSplit | undefined;
  /** Why traffic cannot be judged; absent where it can. */
  readonly why: string | undefined;
  /** `namespace/workload` of those who call. */
  readonly callers: ReadonlySet<string>;
  /** Requests to its hosts that took no route of its object. */
  readonly passed: number;
  /** Requests that other routes of its object took. */
  readonly taken: TakenByOthers | undefined;
}

/** Follows a split from what is declared to what is seen. What nobody looked at is unknown and breaks nothing. */
export function chainOf(facts: ChainFacts): Chain {
  const { split, observed } = facts;
  const weight = watchedWeight(split, observed);
  const looks = envoyLooks(split, facts.callers, facts.snapshot);
  const links = [istiodLink(facts, looks), envoyLink(looks, weight, facts.snapshot), trafficLink(facts, weight)];
  const broken = links.find(({ state }) => state === 'broken');
  const parts = [`declared ${percent(weight?.ratio ?? 0)} ${targetOf(weight)}`, ...links.map(({ text }) => text)];
  const line = `${split.object.kind} ${split.object.name}: ${parts.filter((part) => part !== '').join(' · ')}`;
  return { line, links, ...(broken !== undefined && { broken }) };
}

/** The share one watches: the smallest of those that are off, else the smallest. */
function watchedWeight({ weights }: Split, observed: ObservedSplit | undefined): DeclaredWeight | undefined {
  const off = observed?.shares.filter(({ judged }) => judged.verdict === 'off').map(({ weight }) => weight) ?? [];
  const divided = weights.filter(({ ratio }) => ratio > 0);
  return [off, divided, weights].find((some) => some.length > 0)?.toSorted((one, other) => one.ratio - other.ratio)[0];
}

function targetOf(weight: DeclaredWeight | undefined): string {
  return weight === undefined ? '' : weight.subset || shortHost(weight.destination);
}

/** What an Envoy holds came from istiod. What it does not hold istiod may have or not: that must have been looked at. */
function istiodLink(facts: ChainFacts, looks: readonly EnvoyLook[]): Link {
  if (looks.length === 0) return pushedSince(facts);
  const differing = looks.filter(({ agrees }) => !agrees);
  if (differing.length === 0) return { name: 'istiod', state: 'ok', text: '' };
  const told = differing.flatMap((look) => istiodBehind(look, facts) ?? []);
  return told[0] ?? { name: 'istiod', state: 'unknown', text: '' };
}

/** What is known of istiod's side of an Envoy that holds something else. */
function istiodBehind({ look, row }: EnvoyLook, { split, snapshot }: ChainFacts): Link | undefined {
  const different = look.differences?.routes ?? [];
  if (different.length > 0) {
    return { name: 'istiod', state: 'ok', text: '', evidence: `istiod would send other routes: ${firstOf(different)}` };
  }
  const isSynced = row?.verdict === 'synced' && !isBehind(row, snapshot.takenAt);
  const isCompared = look.differences?.routes !== undefined;
  if (!isCompared && !isSynced) return undefined;
  return {
    name: 'istiod',
    state: 'broken',
    text: 'istiod does not send it',
    evidence: isCompared
      ? `istiod would send ${look.name} the routes that it holds`
      : `${look.name} is SYNCED: it holds all that istiod has sent`,
    next: `meshladder analyze -n ${shellWord(split.object.namespace)}`,
  };
}

/** Without a look: callers that acknowledged routes sent after the change have been told of it, if istiod took it in. */
function pushedSince({ split, callers, snapshot }: ChainFacts): Link {
  const rows = callerRows(callers, snapshot);
  const since = sameSince(split, snapshot);
  const isPushed = ({ verdict, types }: (typeof rows)[number]): boolean =>
    verdict === 'synced' && (types.rds?.since ?? types.lds?.since ?? Number.NEGATIVE_INFINITY) >= since;
  const hasMarks = (snapshot.trafficMarks ?? []).length > 0;
  return hasMarks && rows.length > 0 && rows.every(isPushed)
    ? { name: 'istiod', state: 'ok', text: 'istiod has sent routes since' }
    : { name: 'istiod', state: 'unknown', text: '' };
}

function envoyLink(looks: readonly EnvoyLook[], weight: DeclaredWeight | undefined, { takenAt }: MeshSnapshot): Link {
  if (looks.length === 0) return { name: 'Envoy', state: 'unknown', text: 'Envoy not looked into' };
  const differing = looks.filter(({ agrees }) => !agrees);
  const [first] = differing;
  if (first === undefined) {
    const names = [...new Set(looks.map(({ look }) => look.workload))];
    const text = `${names.length === 1 ? 'Envoy' : 'Envoys'} of ${firstOf(names)} ${names.length === 1 ? 'holds' : 'hold'}`;
    return { name: 'Envoy', state: 'ok', text: `${text} ${percent(weight?.ratio ?? 0)}` };
  }
  const { look } = first;
  const same = looks.filter((each) => each.look.workload === look.workload && each.look.namespace === look.namespace);
  const others = same.filter(({ agrees }) => agrees).length;
  const who =
    others === 0 ? `Envoy of ${look.workload}` : `${same.length - others} of ${same.length} Envoys of ${look.workload}`;
  const pod = `${look.name}.${look.namespace}`;
  return {
    name: 'Envoy',
    state: 'broken',
    text: `${who} ${heldText(first, weight)}`,
    evidence: `${pod} ${sharesText(first)}, looked into ${span(takenAt - look.at)} ago`,
    next: `istioctl proxy-config routes ${shellWord(pod)} -o json`,
  };
}

function heldText({ held }: EnvoyLook, weight: DeclaredWeight | undefined): string {
  if (held === undefined || weight === undefined) return 'does not hold it';
  return `holds ${percent(held.get(`${weight.destination} ${weight.subset}`) ?? 0)}`;
}

function sharesText({ held }: EnvoyLook): string {
  if (held === undefined) return 'has no such route, or several of its name that disagree';
  const shares = [...held].map(([key, ratio]) => {
    const [destination = '', subset = ''] = key.split(' ');
    return `${shortHost(destination)}${subset === '' ? '' : `/${subset}`} ${percent(ratio)}`;
  });
  return `holds ${firstOf(shares, 4)}`;
}

function trafficLink({ observed, why, passed, taken }: ChainFacts, weight: DeclaredWeight | undefined): Link {
  if (observed === undefined) return { name: 'traffic', state: 'unknown', text: 'traffic not known' };
  if (observed.total === 0 && passed > 0) {
    const text = `traffic 0 of ${passed.toLocaleString('en')}, all past it`;
    return { name: 'traffic', state: 'unknown', text };
  }
  if (observed.total === 0 && taken !== undefined) {
    const text = `traffic 0 of ${taken.total.toLocaleString('en')}, taken by ${taken.names}`;
    return { name: 'traffic', state: 'unknown', text };
  }
  if (observed.total === 0) return { name: 'traffic', state: 'unknown', text: 'no traffic' };
  const hits = observed.shares.find((share) => share.weight === weight)?.hits ?? 0;
  const text = `traffic ${hits.toLocaleString('en')} of ${observed.total.toLocaleString('en')}`;
  if (why !== undefined) return { name: 'traffic', state: 'unknown', text: `${text}, which tells nothing` };
  const evidence = `${counted(observed.total, 'request')} in ${span(observed.seconds)}`;
  return { name: 'traffic', state: observed.verdict === 'off' ? 'broken' : 'ok', text, evidence };
}
