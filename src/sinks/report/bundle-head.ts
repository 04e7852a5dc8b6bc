import { type AnalysisFinding, FINDING_LEVELS } from '../../model/analysis.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import { known } from '../../model/observed.ts';
import { proxyTable } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { counted, firstOf } from '../../rungs/wording.ts';
import { type FindingDocument, findingDocument } from './analysis.ts';
import type { LadderDocument } from './ladder-json.ts';
import { oneLine } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** What a bundle holds, as its reader counted it. */
export interface BundleFacts {
  readonly contents: {
    readonly entries: number;
    readonly objects: number;
    readonly istiods: number;
    readonly proxies: number;
    readonly proxyLogs: number;
    readonly configDumps: number;
    readonly istioctlVersion?: string;
  };
  /** What `istioctl analyze` found then; absent where it is not in the bundle. */
  readonly analysis?: readonly AnalysisFinding[];
  /** Entries that are of no use; `""` for the bundle as a whole. */
  readonly notes: readonly { readonly entry: string; readonly problem: string }[];
}

/** `bundle` of `meshladder bundle -o json`. */
export interface BundleDocument {
  /** RFC 3339; all ages are counted to it. */
  readonly madeAt: string;
  readonly istioctlVersion: string | null;
  readonly contents: {
    readonly objects: number;
    readonly istiods: number;
    readonly proxies: number;
    readonly proxyLogs: number;
    readonly accessLines: number;
    readonly unparsedLines: number;
    readonly configDumps: number;
  };
  /** What `istioctl analyze` found then; null where it is not in the bundle. */
  readonly analysis: readonly FindingDocument[] | null;
  /** What is not in it, and what cannot be told without. */
  readonly missing: readonly { readonly what: string; readonly consequence: string }[];
  /** What is in it and cannot be read; `entry` is empty for the bundle as a whole. */
  readonly unreadable: readonly { readonly entry: string; readonly problem: string }[];
}

/** `meshladder bundle -o json`: the ladder, and what it rests on. */
export interface BundleLadderDocument extends LadderDocument {
  readonly bundle: BundleDocument;
}

/** What a bundle holds and what it lacks, each with its consequence. */
export function bundleDocument({ contents, analysis, notes }: BundleFacts, snapshot: MeshSnapshot): BundleDocument {
  const { entries: _, istioctlVersion, ...counts } = contents;
  const intake = known(snapshot.traffic)?.intake ?? [];
  return {
    madeAt: new Date(Math.round(snapshot.takenAt * 1000)).toISOString(),
    istioctlVersion: istioctlVersion ?? null,
    contents: {
      ...counts,
      accessLines: intake.reduce((sum, { lines }) => sum + lines.access, 0),
      unparsedLines: intake.reduce((sum, { lines }) => sum + lines.unparsed, 0),
    },
    analysis: analysis?.map(findingDocument) ?? null,
    missing: missingIn(snapshot, contents),
    unreadable: notes,
  };
}

type Core = Exclude<keyof ClusterObjects, 'config' | 'otherPolicyEngines'>;
const KINDS: readonly (readonly [Core, string, string])[] = [
  ['pods', 'pods', 'rung 1 unknown: nobody can be missed'],
  ['namespaces', 'namespaces', 'whether pods lack a sidecar is unknown (rung 1)'],
  ['injectors', 'injection webhooks', 'whether pods lack a sidecar is unknown (rung 1)'],
  ['services', 'services', 'rung 4 unknown; requests without a cluster name have no destination'],
  ['endpointSlices', 'EndpointSlices', 'rung 4 unknown'],
  ['networkPolicies', 'NetworkPolicies', 'what keeps a proxy from istiod cannot be named'],
  ['meshConfigs', 'the mesh ConfigMap', 'its log format and mTLS defaults are taken to be those of Istio'],
];

type Missing = BundleDocument['missing'];

function missingIn(snapshot: MeshSnapshot, contents: BundleFacts['contents']): Missing {
  return [
    ...missingObjects(snapshot),
    ...missingTraffic(snapshot),
    ...missingDumps(contents),
    ...missingPast(snapshot),
  ];
}

function missingObjects({ cluster, controlPlane }: MeshSnapshot): Missing {
  const kinds = KINDS.filter(([field]) => !isKnown(cluster[field]));
  const isConfigured = Object.values(cluster.config).some((observed) => known(observed) !== undefined);
  return [
    ...(known(controlPlane) === undefined ? [lack("istiod's answers to /debug/syncz", 'rungs 0 and 2 unknown')] : []),
    ...kinds.map(([, what, consequence]) => lack(what, consequence)),
    ...(isConfigured ? [] : [lack('Istio configuration (cluster/crs)', 'rungs 3, 5, 6 and 8 unknown')]),
  ];
}

function missingTraffic(snapshot: MeshSnapshot): Missing {
  if (known(snapshot.traffic) === undefined) {
    return [lack('proxy logs', 'what needs traffic is unknown: shares (rung 3), denials (rung 6), rungs 9 and 10')];
  }
  if (linesOf(snapshot) > 0) return [];
  return [lack('access lines in the proxy logs', 'shares (rung 3), denials (rung 6) and rung 9 rest on no request')];
}

/** What istiod would send each proxy nobody saves. */
function missingDumps({ configDumps }: BundleFacts['contents']): Missing {
  if (configDumps === 0) return [lack('config dumps of proxies', 'what Envoys hold is unknown (rungs 4 and 7)')];
  return [lack("istiod's own config dumps", 'whether Envoys hold what istiod would send is unknown (rung 7)')];
}

function missingPast(snapshot: MeshSnapshot): Missing {
  const changed = changedRoutes(snapshot);
  const absent = proxyTable(snapshot).filter(({ verdict }) => verdict === 'missing').length;
  const shares = `the shares of ${counted(changed, 'object')} with an earlier form are not judged (rung 3)`;
  const reconnecting = `${counted(absent, 'proxy', 'proxies')} called MISSING may only have been reconnecting`;
  return [
    ...(changed > 0 ? [lack('when weights changed last', shares)] : []),
    ...(absent > 0 ? [lack('a second look', reconnecting)] : []),
  ];
}

function lack(what: string, consequence: string): Missing[number] {
  return { what, consequence };
}

const ROUTING = ['virtualservices.networking.istio.io', 'httproutes.gateway.networking.k8s.io'];

/** Objects that may have divided requests otherwise while the logs were written. */
function changedRoutes({ cluster, trafficMarks = [] }: MeshSnapshot): number {
  const then = trafficMarks[0]?.config;
  if (then === undefined) return 0;
  const sizes = ROUTING.map((key) => sizeOf(cluster.config[key]) - sizeOf(then[key]));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function sizeOf(observed: ClusterObjects['config'][string] | undefined): number {
  return observed === undefined ? 0 : (known(observed)?.size ?? 0);
}

function isKnown({ state }: ClusterObjects[Core]): boolean {
  return state === 'fresh' || state === 'stale';
}

function linesOf({ traffic }: MeshSnapshot): number {
  return (known(traffic)?.intake ?? []).reduce((sum, { lines }) => sum + lines.access, 0);
}

/** `1 Error, 2 Warning; IST0101 VirtualService/shop/cart`: errors are named. */
function levelsOf(findings: readonly FindingDocument[]): string {
  const counts = FINDING_LEVELS.map(
    (level) => [level, findings.filter((each) => each.level === level).length] as const,
  );
  const words = counts.filter(([, count]) => count > 0).map(([level, count]) => `${count} ${level}`);
  const errors = findings.filter(({ level }) => level === 'Error').map(({ code, object }) => `${code} ${object}`);
  return [words.join(', ') || 'nothing found', ...(errors.length === 0 ? [] : [firstOf(errors)])].join('; ');
}

const LONGEST = 200;
const MAX_TOLD = 8;

/** The few lines above the ladder. @param name as the person called the bundle */
export function bundleHeadText(name: string, document: BundleDocument, width: number): string {
  const { contents, analysis, madeAt, istioctlVersion, missing, unreadable } = document;
  const by = istioctlVersion === null ? '' : ` by istioctl ${istioctlVersion}`;
  const counts = [
    counted(contents.objects, 'object'),
    `${counted(contents.istiods, 'istiod')} with ${counted(contents.proxies, 'proxy', 'proxies')}`,
    `${counted(contents.proxyLogs, 'proxy log')} with ${counted(contents.accessLines, 'access line')}`,
    counted(contents.configDumps, 'config dump'),
  ];
  const line = (text: string, mark: string): string => wrapText(oneLine(text, LONGEST * 2), width, mark, '    ');
  const more = unreadable.length - MAX_TOLD;
  return [
    line(`${oneLine(name, LONGEST)}, made ${madeAt}${by}`, ''),
    line(`${counts.join(', ')}`, '  '),
    ...(analysis === null ? [] : [line(`istioctl analyze then: ${levelsOf(analysis)}`, '  ')]),
    ...missing.map(({ what, consequence }) => line(`not in it: ${what}; ${consequence}`, '  ')),
    ...unreadable
      .slice(0, MAX_TOLD)
      .map(({ entry, problem }) =>
        line(entry === '' ? problem : `not read: ${oneLine(entry, LONGEST)}: ${oneLine(problem, LONGEST)}`, '  '),
      ),
    ...(more > 0 ? [`  … and ${more} more; -o json has them all\n`] : []),
  ].join('');
}
