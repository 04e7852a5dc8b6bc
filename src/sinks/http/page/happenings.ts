import type { EpochSeconds } from '../../../model/brand.ts';
import { objectKey } from '../../../model/cluster.ts';
import type { ConfigChange } from '../../../model/config-changes.ts';
import { meshRootNamespace } from '../../../model/mesh-root.ts';
import { known } from '../../../model/observed.ts';
import type { ProxyRow } from '../../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import type { StateChange } from '../../../model/sync-history.ts';

/** Something that happened to a proxy, or just before something did; times are RFC 3339. */
export type Happening =
  | {
      readonly at: string;
      readonly of: 'state';
      /** Those that changed alike at that moment; empty: the proxy as a whole. */
      readonly xdsTypes: readonly string[];
      readonly from: StateChange['from'];
      readonly to: StateChange['to'];
    }
  /** A sentence about the mesh. */
  | { readonly at: string; readonly of: 'mesh'; readonly text: string };

type TimedHappening = Happening & { readonly seconds: EpochSeconds };

const MAX_HAPPENINGS = 60;
/** What lies further back explains nothing by itself. */
const JUST_BEFORE_SECONDS = 120;

/**
 * How a proxy's state changed since the exporter started, and what was written or started just before: all in its own and
 * the root namespace, and of others what came within two minutes of a change. Newest first.
 */
export function happeningsOf(row: ProxyRow, snapshot: MeshSnapshot): readonly Happening[] {
  const states = statesOf(row);
  const isJustBefore = (at: EpochSeconds): boolean =>
    row.changes.some((change) => change.at >= at && change.at - at <= JUST_BEFORE_SECONDS);
  const written = writtenFor(row, snapshot).filter(
    ({ at, namespace }) => isNear(namespace, row, snapshot) || isJustBefore(at),
  );
  const all: TimedHappening[] = [
    ...states,
    ...written.map((change) => happening(change.at, changeText(change))),
    ...startsOf(row, snapshot),
  ];
  // Of one moment, what was written is the cause.
  const newestFirst = all.toSorted((one, other) => other.seconds - one.seconds || rank(one) - rank(other));
  return newestFirst.slice(0, MAX_HAPPENINGS).map(({ seconds: _, ...happening }) => happening);
}

/** What one poll taught of several types is one happening. */
function statesOf({ changes }: ProxyRow): readonly TimedHappening[] {
  const alike = Map.groupBy(changes, ({ at, from, to, xdsType }) => `${at} ${from} ${to} ${xdsType === undefined}`);
  return [...alike.values()].flatMap((same): TimedHappening[] => {
    const [first] = same;
    if (first === undefined) return [];
    const xdsTypes = same.flatMap(({ xdsType }) => xdsType ?? []);
    return [{ ...moment(first.at), of: 'state', xdsTypes, from: first.from, to: first.to }];
  });
}

function writtenFor({ cluster }: ProxyRow, { configChanges, history }: MeshSnapshot): readonly ConfigChange[] {
  // What is written in our cluster is known; of others nothing is.
  const isOurs = history.cluster === undefined || history.cluster === cluster;
  return isOurs ? (configChanges?.list ?? []) : [];
}

function isNear(namespace: string, row: ProxyRow, { cluster, settings }: MeshSnapshot): boolean {
  return [row.namespace, '', meshRootNamespace(cluster, settings.rootNamespace)].includes(namespace);
}

/** Restarts: of its own proxy, and of istiods. */
function startsOf(
  { namespace, name }: ProxyRow,
  { cluster, controlPlane, history }: MeshSnapshot,
): readonly TimedHappening[] {
  const own = known(cluster.pods)?.get(objectKey(namespace, name))?.proxy?.startedAt;
  const starts = [
    ...(own === undefined ? [] : [[own, 'its proxy was started'] as const]),
    ...(known(controlPlane)?.istiods ?? []).flatMap(({ istiod }) =>
      istiod.startedAt === undefined ? [] : [[istiod.startedAt, `${istiod.name} was started`] as const],
    ),
  ];
  const since = (history.firstAt ?? Number.POSITIVE_INFINITY) - JUST_BEFORE_SECONDS;
  return starts.filter(([at]) => at >= since).map(([at, text]) => happening(at, text));
}

function changeText({ kind, namespace, name, how }: ConfigChange): string {
  return `${kind} ${objectKey(namespace, name)} ${how}`;
}

function happening(at: EpochSeconds, text: string): TimedHappening {
  return { ...moment(at), of: 'mesh', text };
}

function moment(at: EpochSeconds): { readonly at: string; readonly seconds: EpochSeconds } {
  return { at: new Date(Math.round(at * 1000)).toISOString(), seconds: at };
}

function rank({ of }: TimedHappening): number {
  return of === 'state' ? 0 : 1;
}
