import type { ProxyRow } from '../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Finding } from '../rung.ts';
import { rungNotPassed } from '../scope.ts';
import { counted } from '../wording.ts';
import { type Calls, callsOf, NO_CALLS } from './callers.ts';
import { causeFacts, objectOf } from './cause-facts.ts';
import { showCommand } from './causes/bindings.ts';
import { type CausesFound, findCauses, type NamedCause } from './causes/causes.ts';
import { type Chain, chainOf } from './chain.ts';
import { callerRows, type ObservedSplit } from './observed-split.ts';
import { MIN_REQUESTS } from './share-test.ts';
import { declaredText, nextFor, observedText, offText, titleOf } from './split-text.ts';
import { isDivided, rivalsOf, type Split, splitsOf } from './splits.ts';
import { type TakenByOthers, takenByOthers } from './taken-by-others.ts';
import { whyNoShare } from './why-no-share.ts';

/** One split, with what is to be said of it. */
export interface Judged {
  readonly split: Split;
  readonly verdict: Finding['verdict'];
  /** For the line of its namespace. */
  readonly brief: string;
  /** In a sentence; default: the brief. */
  readonly summary?: string;
  readonly evidence: readonly string[];
  /** Off, and its callers are: not the route is to blame. */
  readonly notPassed?: number;
  readonly next?: string;
}

/** Everything that is known of one split. */
interface SplitFacts {
  readonly split: Split;
  readonly observed: ObservedSplit | undefined;
  readonly snapshot: MeshSnapshot;
  /** Why its traffic says nothing; absent where it does. */
  readonly why: string | undefined;
  readonly calls: Calls;
  readonly taken: TakenByOthers | undefined;
  /** Proxies of its callers. */
  readonly rows: readonly ProxyRow[];
  readonly chain: Chain;
}

/** @returns undefined where there is nothing to say: all goes one way, and nothing shows that it does not */
export function judgeSplit(
  split: Split,
  observed: ObservedSplit | undefined,
  snapshot: MeshSnapshot,
): Judged | undefined {
  const facts = factsOf(split, observed, snapshot);
  const { why, chain } = facts;
  const isOff = why === undefined && observed?.verdict === 'off';
  if (why === undefined && observed !== undefined && !isOff && chain.broken === undefined) {
    return { split, verdict: 'ok', brief: '', evidence: [observedText(split, observed)] };
  }
  // Where each share gets requests the rule works, whatever its objects look like.
  const causes = !isOff && isReached(observed) ? NO_CAUSES : causesOf(facts);
  if (isOff || chain.broken !== undefined) return judgeBroken(facts, isOff, causes);
  return judgeUnseen(facts, causes);
}

const NO_CAUSES: CausesFound = { found: [], untold: [] };

function factsOf(split: Split, observed: ObservedSplit | undefined, snapshot: MeshSnapshot): SplitFacts {
  const object = objectOf(split, snapshot.cluster);
  const why = whyNoShare({ split, observed, rivals: rivalsOf(split, splitsOf(snapshot.cluster.config)), snapshot });
  const calls = object === undefined ? NO_CALLS : callsOf(split, object, snapshot);
  const callers = askedCallers(observed, calls);
  const taken = object === undefined ? undefined : takenByOthers(split, object, snapshot);
  const chain = chainOf({ split, observed, snapshot, why, callers, passed: passedBy(calls), taken });
  return { split, observed, snapshot, why, calls, taken, rows: callerRows(callers, snapshot), chain };
}

/**
 * Those who use the route; where nobody does, those who go past it often enough. Who else does not hold it need not: a
 * rule may be for some namespaces only.
 */
function askedCallers(observed: ObservedSplit | undefined, calls: Calls): ReadonlySet<string> {
  if (observed !== undefined && observed.callers.size > 0) return observed.callers;
  if (passedBy(calls) < MIN_REQUESTS) return new Set();
  return new Set(calls.callers.map(({ namespace, workload }) => `${namespace}/${workload}`));
}

function isReached(observed: ObservedSplit | undefined): boolean {
  return observed?.shares.every(({ weight, hits }) => weight.ratio === 0 || hits > 0) ?? false;
}

function causesOf({ split, calls, rows, snapshot }: SplitFacts): CausesFound {
  const object = objectOf(split, snapshot.cluster);
  return object === undefined ? NO_CAUSES : findCauses(causeFacts(split, object, { calls, rows, snapshot }));
}

/** A link is broken: traffic is divided otherwise, or an Envoy holds something else. */
function judgeBroken(facts: SplitFacts, isOff: boolean, causes: CausesFound): Judged {
  const { split, observed, snapshot, rows, chain } = facts;
  const plain = isOff && observed !== undefined ? offText(observed) : chain.line;
  const seen = observed === undefined ? [] : [observedText(split, observed)];
  const notPassed = rungNotPassed(snapshot, rows);
  const next = chain.broken?.next ?? nextFor(split, rows[0]);
  // What a proxy does that does not hold current routes says nothing of the routes.
  if (notPassed !== undefined) {
    return { split, verdict: 'unknown', brief: plain, evidence: [chain.line, ...seen], next, notPassed };
  }
  const [cause] = causes.found;
  const because = cause === undefined ? '' : `: ${cause.text}`;
  const isLookedInto = chain.links.some(({ name, state }) => name === 'Envoy' && state !== 'unknown');
  const summary = `${isLookedInto ? chain.line : plain}${because}`;
  return {
    split,
    verdict: 'finding',
    brief: `${plain}${because}`,
    summary,
    evidence: [...(isLookedInto ? [] : [chain.line]), ...seen, brokenText(chain), ...causeEvidence(causes)],
    next: cause?.next ?? next,
  };
}

/** `first broken link: Envoy: checkout-1.payment holds payment-svc/v1 100 %, looked into 40 s ago`. */
function brokenText({ broken, links }: Chain): string {
  if (broken === undefined) return 'no link is known to be broken';
  const { name, evidence } = broken;
  const skipped = links.slice(0, links.indexOf(broken)).filter(({ state }) => state === 'unknown');
  const unknown = skipped.map((link) => link.name).join(' and ');
  const before = unknown === '' ? 'first broken link' : 'first link known to be broken';
  const rest = unknown === '' ? '' : `; nobody looked at ${unknown}`;
  return `${before}: ${name}${evidence === undefined ? '' : ` (${evidence})`}${rest}`;
}

/** No share can be told from traffic. */
function judgeUnseen(facts: SplitFacts, causes: CausesFound): Judged | undefined {
  const { split, observed, calls, why, rows, snapshot, chain, taken } = facts;
  const [cause] = causes.found;
  const evidence = [chain.line, declaredText(split), ...causeEvidence(causes)];
  const title = titleOf(split);
  if (cause?.isCertain === true) {
    const [line = '', ...rest] = evidence;
    const told = [line, 'first broken link: what is declared cannot work', ...rest];
    return { split, verdict: 'finding', brief: `${title}: ${cause.text}`, evidence: told, next: cause.next };
  }
  // Where all goes one way, that nobody has gone it lately is no gap in what is known.
  if (!isDivided(split)) return undefined;
  const passed = passedBy(calls);
  if (cause !== undefined && passed >= MIN_REQUESTS && (observed?.total ?? 0) === 0) {
    const brief = `${title} has no effect on ${counted(passed, 'request')}: ${cause.text}`;
    const notPassed = rungNotPassed(snapshot, rows);
    if (notPassed === undefined) return { split, verdict: 'finding', brief, evidence, next: cause.next };
    return { split, verdict: 'unknown', brief, evidence, notPassed };
  }
  if (taken !== undefined && observed?.total === 0) {
    const brief = `${title}: none of ${counted(taken.total, 'request')} took it; ${taken.names} of the same object took them`;
    return { split, verdict: 'unknown', brief, evidence, next: showCommand(split) };
  }
  const brief = `${title}: ${why ?? 'nothing counted yet'}`;
  return { split, verdict: 'unknown', brief, evidence };
}

/** Requests that went past an object of which no route was used. */
function passedBy({ callers, unaccounted }: Calls): number {
  if (callers.some(({ own }) => own > 0)) return 0;
  return callers.reduce((sum, { past }) => sum + past, 0) + unaccounted;
}

function causeEvidence({ found, untold }: CausesFound): readonly string[] {
  const [first, ...others] = found;
  if (first === undefined) return untold.slice(0, 2).map((reason) => `cannot look for all causes: ${reason}`);
  return [...first.evidence, `to mend it: ${first.mend}`, ...others.slice(0, 2).map(alsoText)];
}

function alsoText({ text }: NamedCause): string {
  return `also: ${text}`;
}
