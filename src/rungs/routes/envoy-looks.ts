import { objectKey } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import type { ProxyInspection } from '../../model/inspection.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { proxyTable } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { membersWith, valuesOf } from '../scope.ts';
import { type HeldShares, heldBy } from './held-routes.ts';
import { nameOf, type Split, splitsOf } from './splits.ts';

/** What a look into one Envoy says of a split. */
export interface EnvoyLook {
  readonly look: ProxyInspection;
  readonly row?: ProxyRow;
  /** Absent where it has no such route, or several of the name that disagree. */
  readonly held?: HeldShares;
  readonly agrees: boolean;
}

/** A push is under way for so long. */
const PUSH_SECONDS = 10;
/** Shares are told in whole parts of what istiod writes. */
const ROUNDING = 0.005;

/**
 * Looks since the split was declared as it is: older ones say nothing of it. Of its callers where any are known, else of
 * those that hold the route: who does not may have nothing to do with it.
 * @param callers `namespace/workload`, as logs tell them
 */
export function envoyLooks(split: Split, callers: ReadonlySet<string>, snapshot: MeshSnapshot): readonly EnvoyLook[] {
  const { inspections, takenAt, settings } = snapshot;
  const known = inspections && current(inspections, takenAt, settings.staleAfterSeconds);
  if (known === undefined) return [];
  const looks = valuesOf(known.proxies);
  const asked =
    callers.size > 0
      ? [...callers].flatMap((caller) => membersWith(looks, caller, callerOf))
      : (holdersIn(looks).get(nameOf(split)) ?? []);
  const from = sameSince(split, snapshot) + ((snapshot.trafficMarks ?? []).length > 0 ? PUSH_SECONDS : 0);
  return asked
    .filter(({ weights, at }) => weights !== undefined && at >= from)
    .map((look) => readLook(look, split, snapshot))
    .filter(isNews);
}

function callerOf({ namespace, name }: ProxyInspection): string {
  return `${namespace}/${workloadOfPodName(name)}`;
}

const holders = new WeakMap<readonly ProxyInspection[], ReadonlyMap<string, readonly ProxyInspection[]>>();

/** Who holds each route, by `kind/namespace/name/route`. */
function holdersIn(looks: readonly ProxyInspection[]): ReadonlyMap<string, readonly ProxyInspection[]> {
  const before = holders.get(looks);
  if (before !== undefined) return before;
  const made = new Map<string, ProxyInspection[]>();
  for (const look of looks) {
    for (const name of heldBy(look).keys()) made.set(name, [...(made.get(name) ?? []), look]);
  }
  holders.set(looks, made);
  return made;
}

function readLook(look: ProxyInspection, split: Split, snapshot: MeshSnapshot): EnvoyLook {
  const held = heldBy(look).get(nameOf(split))?.shares;
  const [row] = membersWith(proxyTable(snapshot), objectKey(look.namespace, look.name), podOf);
  const agrees = held !== undefined && isDeclared(split, held);
  return { look, agrees, ...(held !== undefined && { held }), ...(row !== undefined && { row }) };
}

/** What an Envoy did not hold it may have been sent since. */
function isNews({ agrees, look, row }: EnvoyLook): boolean {
  if (agrees || row === undefined) return true;
  const pushes = Object.values(row.types).flatMap(({ state, since }) => (state === 'SYNCED' ? (since ?? []) : []));
  return pushes.every((at) => at <= look.at) && (row.changes.at(-1)?.at ?? 0) <= look.at;
}

function podOf({ namespace, name }: ProxyRow): string {
  return objectKey(namespace, name);
}

/** Since when configuration is known to say what it says; in a single look all is of one moment. */
export function sameSince(split: Split, { trafficMarks = [], takenAt, settings }: MeshSnapshot): number {
  if (trafficMarks.length === 0) return takenAt - settings.staleAfterSeconds;
  const name = nameOf(split);
  const other = trafficMarks.findLastIndex(({ config }) => splitsOf(config).get(name)?.key !== split.key);
  return trafficMarks[other + 1]?.at ?? Number.POSITIVE_INFINITY;
}

function isDeclared({ weights }: Split, held: HeldShares): boolean {
  const declared = new Map(weights.map(({ destination, subset, ratio }) => [`${destination} ${subset}`, ratio]));
  const keys = new Set([...declared.keys(), ...held.keys()]);
  return [...keys].every((key) => Math.abs((declared.get(key) ?? 0) - (held.get(key) ?? 0)) <= ROUNDING);
}
