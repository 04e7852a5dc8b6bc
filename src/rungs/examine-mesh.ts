import type { ObjectMap } from '../model/cluster.ts';
import { known } from '../model/observed.ts';
import { proxyTable } from '../model/proxy-table.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { compareText } from '../model/text-order.ts';
import { examineLadder, type LadderEntry } from './examine-ladder.ts';
import type { Finding } from './rung.ts';
import { firstOf } from './wording.ts';

/** One namespace, and the whole story of it in a line. */
export interface NamespaceReport {
  readonly namespace: string;
  readonly verdict: Finding['verdict'];
  /** `payment: 3 proxies STALE for 6 min; NetworkPolicy payment/default-deny blocks egress to istiod:15012.`; empty where all is well. */
  readonly headline: string;
  readonly rungs: readonly LadderEntry[];
}

export interface MeshReport {
  readonly verdict: Finding['verdict'];
  /** Each rung over all namespaces: the worst that one of them says. */
  readonly rungs: readonly LadderEntry[];
  /** Worst first. */
  readonly namespaces: readonly NamespaceReport[];
}

const WORST_FIRST: readonly Finding['verdict'][] = ['finding', 'unknown', 'ok'];

/** The worst of some verdicts; that all is well is only said of something. What is switched off has no part in it. */
export function worstVerdict(entries: readonly Pick<Finding, 'verdict' | 'off'>[]): Finding['verdict'] {
  const asked = entries.filter(({ off }) => off !== true);
  const worst = WORST_FIRST.find((verdict) => asked.some((entry) => entry.verdict === verdict));
  return worst ?? 'unknown';
}

/** The whole mesh by namespace. */
export function examineMesh(snapshot: MeshSnapshot): MeshReport {
  const behind = Map.groupBy(
    proxyTable(snapshot).filter(({ state }) => state !== 'SYNCED'),
    ({ namespace }) => namespace,
  );
  // Among equals, the one with more proxies that do not hold what they should.
  const behindIn = ({ namespace }: NamespaceReport): number => behind.get(namespace)?.length ?? 0;
  const namespaces = namespacesOf(snapshot)
    .map((namespace) => examineNamespace(snapshot, namespace))
    .sort(
      (one, other) =>
        rankOf(one) - rankOf(other) || behindIn(other) - behindIn(one) || compareText(one.namespace, other.namespace),
    );
  const rungs = examineLadder(snapshot).map((entry) => overAll(entry, namespaces));
  return { verdict: worstVerdict(rungs), rungs, namespaces };
}

/** One namespace by itself. */
export function examineNamespace(snapshot: MeshSnapshot, namespace: string): NamespaceReport {
  const rungs = examineLadder(snapshot, { namespace });
  // The lowest rung is the same for all, and told once.
  const own = rungs.filter(({ number }) => number > 0);
  return { namespace, verdict: worstVerdict(own), headline: headlineOf(namespace, own), rungs };
}

/** What each rung has to say, each thing once. */
export function headlineOf(subject: string, entries: readonly LadderEntry[]): string {
  const briefs = entries.flatMap(({ verdict, summary, brief }) => brief ?? (verdict === 'finding' ? summary : []));
  const clauses = new Set(briefs.flatMap((brief) => brief.split('; ')));
  return clauses.size === 0 ? '' : `${subject}: ${[...clauses].join('; ')}.`;
}

/** Whether one ladder is worse than another, for sorting: the worse one comes first. */
export function worseFirst(one: readonly LadderEntry[], other: readonly LadderEntry[]): number {
  return rankOf({ verdict: worstVerdict(one), rungs: one }) - rankOf({ verdict: worstVerdict(other), rungs: other });
}

/** By verdict, then by the lowest rung with a finding: what stands lower explains more. */
function rankOf({ verdict, rungs }: Pick<NamespaceReport, 'verdict' | 'rungs'>): number {
  const lowest = rungs.find((entry) => entry.number > 0 && entry.verdict === verdict)?.number ?? 0;
  return WORST_FIRST.indexOf(verdict) * 100 + lowest;
}

type NamespaceEntry = LadderEntry & { readonly namespace: string };

function overAll(entry: LadderEntry, namespaces: readonly NamespaceReport[]): LadderEntry {
  const all: readonly NamespaceEntry[] = namespaces.flatMap(({ namespace, rungs }) => {
    const own = rungs.find(({ id }) => id === entry.id);
    return own === undefined ? [] : [{ namespace, ...own }];
  });
  // Where some proxies have passed the lower rungs they are judged, and the others counted.
  const same = entry.notPassed === undefined ? all.filter(({ notPassed }) => notPassed === undefined) : all;
  if (entry.number === 0 || same.length === 0) return entry;
  const verdict = worstVerdict(same);
  if (verdict === 'ok') return { ...entry, verdict };
  const worst = same.filter((own) => own.verdict === verdict);
  // What is the same everywhere is said once.
  if (worst.length === same.length && worst.every(({ summary }) => summary === entry.summary)) return entry;
  return inWordsOfWorst(worst) ?? entry;
}

/** In the words of the first, who is worst, with the names of the others. */
function inWordsOfWorst([first, ...others]: readonly NamespaceEntry[]): LadderEntry | undefined {
  if (first === undefined) return undefined;
  const { namespace, ...entry } = first;
  const more = others.length === 0 ? '' : `; also ${firstOf(others.map((other) => other.namespace))}`;
  return { ...entry, summary: `${namespace}: ${entry.summary}${more}` };
}

/** Namespaces with anything that rungs look at. */
function namespacesOf(snapshot: MeshSnapshot): readonly string[] {
  const { cluster, traffic } = snapshot;
  const names = new Set(proxyTable(snapshot).map(({ namespace }) => namespace));
  const maps: (ObjectMap<{ readonly namespace: string }> | undefined)[] = [
    known(cluster.pods),
    known(cluster.services),
    ...Object.values(cluster.config).map(known),
  ];
  for (const objects of maps) for (const { namespace } of objects?.values() ?? []) names.add(namespace);
  for (const { shape } of known(traffic)?.requests ?? []) names.add(shape.proxyNamespace);
  names.delete('');
  return [...names];
}
