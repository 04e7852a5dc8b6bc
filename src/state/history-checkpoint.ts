import { type EpochSeconds, epochSeconds } from '../model/brand.ts';
import { type FindingsSince, NO_FINDINGS_SINCE } from '../model/findings-since.ts';
import type { RestoredFact, RestoredType } from '../model/restored-fact.ts';
import type { ProxyHistory, SyncHistory } from '../model/sync-history.ts';
import { XDS_TYPES, type XdsType } from '../model/xds.ts';

/** Raised whenever what is written changes its meaning; another version is not read. */
const VERSION = 1;

interface Entry {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly since: number;
  readonly absentSince?: number;
  readonly types: Readonly<Partial<Record<XdsType, { readonly acked?: string; readonly unackedSince: number }>>>;
}

/**
 * What of the history must survive a restart: the proxies out of sync, what they had not acknowledged, and since when
 * findings of analysis stand (`findings-file.ts` reads those). As JSON.
 */
export function encodeHistory(
  history: SyncHistory,
  savedAt: EpochSeconds,
  findings: FindingsSince = NO_FINDINGS_SINCE,
): string {
  return [...historyPieces(history, savedAt, findings)].join('');
}

/** The same piece by piece, so that who writes them can pause in between: when istiod is lost, it is of every proxy. */
export function* historyPieces(
  history: SyncHistory,
  savedAt: EpochSeconds,
  findings: FindingsSince = NO_FINDINGS_SINCE,
): Generator<string> {
  yield `{"version":${VERSION},"savedAt":${savedAt},"proxies":[`;
  let entries: string[] = [];
  let comma = '';
  for (const entry of entriesOf(history)) {
    entries.push(JSON.stringify(entry));
    if (entries.length < ENTRIES_A_PIECE) continue;
    yield comma + entries.join(',');
    entries = [];
    comma = ',';
  }
  if (entries.length > 0) yield comma + entries.join(',');
  yield `],"findings":${JSON.stringify(Object.fromEntries(findings))}}\n`;
}

/** So many are made and written in about a millisecond. */
const ENTRIES_A_PIECE = 250;

function* entriesOf({ proxies, restored }: SyncHistory): Generator<Entry> {
  for (const [key, proxy] of proxies) {
    // A fact that no poll has settled knows more than what was taken of it.
    if (proxy.outOfSync !== undefined && restored?.has(key) !== true) yield entryOf(proxy);
  }
  for (const fact of restored?.values() ?? []) yield entryOfFact(fact);
}

function entryOf({ cluster, namespace, name, outOfSync, absentSince, types }: ProxyHistory): Entry {
  const unacked: Partial<Record<XdsType, RestoredType>> = {};
  for (const [type, { acked, unackedSince }] of Object.entries(types) as [XdsType, RestoredType][]) {
    if (unackedSince !== undefined) unacked[type] = { unackedSince, ...(acked === undefined ? {} : { acked }) };
  }
  const since = outOfSync?.since ?? 0;
  return { cluster, namespace, name, since, ...(absentSince !== undefined && { absentSince }), types: unacked };
}

function entryOfFact({ outOfSyncSince, types = {}, ...fact }: RestoredFact): Entry {
  return { ...fact, since: outOfSyncSince, types };
}

/**
 * Reads a checkpoint. Strict: a file that is not wholly what we write is not believed in part.
 * @param now facts from the future are refused with it: the clock was set back, and no age would be right
 * @throws Error that says what is wrong; the caller starts without
 */
export function decodeHistory(text: string, now: EpochSeconds): readonly RestoredFact[] {
  const { savedAt, proxies } = checkpointOf(text);
  timeOf(savedAt, now, 'savedAt');
  if (!Array.isArray(proxies)) throw new Error('proxies is no list');
  return proxies.map((value, index) => factOf(value, now, `proxies[${index}]`));
}

/** The checkpoint, of the one version that is read. @throws Error that says what is wrong */
export function checkpointOf(text: string): Readonly<Record<string, unknown>> {
  const root = objectOf(JSON.parse(text), 'the checkpoint');
  const { version } = root;
  if (version !== VERSION) throw new Error(`its format is ${formatOf(version)}, and this release reads ${VERSION}`);
  return root;
}

function factOf(value: unknown, now: EpochSeconds, path: string): RestoredFact {
  const entry = objectOf(value, path);
  const outOfSyncSince = timeOf(entry['since'], now, `${path}.since`);
  const types: Partial<Record<XdsType, RestoredType>> = {};
  for (const [name, type] of Object.entries(objectOf(entry['types'], `${path}.types`))) {
    types[xdsTypeOf(name, path)] = typeOf(type, now, `${path}.types.${name}`);
  }
  return {
    cluster: wordOf(entry['cluster'], `${path}.cluster`),
    namespace: wordOf(entry['namespace'], `${path}.namespace`),
    name: wordOf(entry['name'], `${path}.name`),
    outOfSyncSince,
    ...(entry['absentSince'] !== undefined && {
      absentSince: timeOf(entry['absentSince'], now, `${path}.absentSince`),
    }),
    // A fact of Prometheus names no types; without any, it holds for whatever the proxy lacks.
    ...(Object.keys(types).length === 0 ? {} : { types }),
  };
}

function typeOf(value: unknown, now: EpochSeconds, path: string): RestoredType {
  const { acked, unackedSince } = objectOf(value, path);
  const since = timeOf(unackedSince, now, `${path}.unackedSince`);
  return acked === undefined ? { unackedSince: since } : { acked: wordOf(acked, `${path}.acked`), unackedSince: since };
}

function xdsTypeOf(name: string, path: string): XdsType {
  const type = XDS_TYPES.find((known) => known === name);
  if (type === undefined) throw new Error(`${path}.types has an unknown type`);
  return type;
}

function formatOf(version: unknown): string {
  return typeof version === 'number' ? String(version) : 'not told';
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${path} is no object`);
}

function wordOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 256) return value;
  throw new Error(`${path} is no name`);
}

function timeOf(value: unknown, now: EpochSeconds, path: string): EpochSeconds {
  if (typeof value === 'number' && value > 0 && value <= now) return epochSeconds(value);
  throw new Error(`${path} is no time before now`);
}
