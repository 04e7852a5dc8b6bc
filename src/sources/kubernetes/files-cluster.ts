import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import type { InjectionWebhook } from '../../model/injection.ts';
import { CONFIG_KINDS, configKey, KINDS } from './kinds.ts';
import type { RawObject } from './kube-api.ts';
import type { FileObject } from './object-files.ts';
import { mapConfigObject } from './objects/config-objects.ts';
import { record, text } from './objects/fields.ts';
import { singleInjectors } from './objects/single-injectors.ts';
import { mapObject } from './read-list.ts';

export interface FilesCluster {
  /** Every kind is known, if only as empty: given files, the files are the whole world. */
  readonly cluster: ClusterObjects;
  /** Objects that cannot be what they say. */
  readonly problems: readonly string[];
}

export interface FilesSetting {
  /** Of objects that name none, as with `kubectl -n`. */
  readonly namespace: string;
  readonly at: EpochSeconds;
  /** When objects were made that do not say it; they are the oldest of all by default. */
  readonly madeAt?: EpochSeconds;
}

/** Written by hand, an object has no such time: all are of one age then, and names decide which comes first. */
const NO_TIME = '1970-01-01T00:00:00Z';

interface Reader {
  readonly isClusterWide: boolean;
  readonly map: (raw: RawObject) => unknown;
}

/** By plural name and group, as in `pods.` and `gateways.networking.istio.io`. */
const READERS: ReadonlyMap<string, Reader> = new Map([
  ...Object.values(KINDS).map(({ group, resource, reach, map }): [string, Reader] => [
    `${resource}.${group}`,
    { isClusterWide: reach === 'cluster' || reach === 'namespaces', map },
  ]),
  ...CONFIG_KINDS.map((kind): [string, Reader] => [
    configKey(kind),
    { isClusterWide: kind.reach === 'cluster', map: mapConfigObject },
  ]),
]);

const INJECTORS = `${KINDS.injectors.resource}.${KINDS.injectors.group}`;

/** The cluster that files describe; of two objects with one name the later counts. Kinds that nobody reads are left out. */
export function clusterOfFiles(objects: readonly FileObject[], setting: FilesSetting): FilesCluster {
  const { at } = setting;
  const maps = new Map([...READERS.keys()].map((kind) => [kind, new Map<string, unknown>()]));
  const problems: string[] = [];
  for (const { file, raw } of objects) {
    const kind = kindOf(raw);
    const reader = READERS.get(kind);
    if (reader === undefined) continue;
    const { key, value, problem } = { value: undefined, ...mapObject(complete(raw, reader, setting), reader.map) };
    if (problem !== undefined) problems.push(`${file}: ${text(raw['kind'])} ${problem}`);
    else if (key !== undefined && value !== undefined) maps.get(kind)?.set(key, value);
  }
  const fresh = (kind: string) => ({ state: 'fresh' as const, at, value: maps.get(kind) ?? new Map() });
  const core = Object.entries(KINDS).map(([field, { group, resource }]) => [field, fresh(`${resource}.${group}`)]);
  const config = CONFIG_KINDS.map((kind) => [configKey(kind), fresh(configKey(kind))]);
  const cluster = {
    ...Object.fromEntries(core),
    config: Object.fromEntries(config),
    otherPolicyEngines: [],
  } as ClusterObjects;
  const webhooks = [...(maps.get(INJECTORS)?.values() ?? [])] as (readonly InjectionWebhook[])[];
  return { cluster: { ...cluster, injectors: { state: 'fresh', at, value: singleInjectors(webhooks) } }, problems };
}

/** Whether anybody looks at objects of this kind. */
export function isReadKind(raw: RawObject): boolean {
  return READERS.has(kindOf(raw));
}

/** Plural name and group, as in `pods.` and `gateways.networking.istio.io`. */
export function kindOf(raw: RawObject): string {
  const version = text(raw['apiVersion']) ?? '';
  const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
  return `${pluralOf(text(raw['kind']) ?? '')}.${group}`;
}

/** Right for every kind that we read. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word.endsWith('s')) return `${word}es`;
  return word.endsWith('y') && !word.endsWith('ay') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** With what an API server would have added. */
function complete(raw: RawObject, { isClusterWide }: Reader, { namespace, madeAt }: FilesSetting): RawObject {
  const metadata = record(raw['metadata']) ?? {};
  const made = madeAt === undefined ? NO_TIME : new Date(madeAt * 1000).toISOString();
  const own = text(metadata['namespace']) ?? namespace;
  return {
    ...raw,
    metadata: {
      ...metadata,
      creationTimestamp: text(metadata['creationTimestamp']) ?? made,
      namespace: isClusterWide ? undefined : own,
    },
  };
}
