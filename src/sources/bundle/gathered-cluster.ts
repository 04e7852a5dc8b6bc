import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import type { Observed } from '../../model/observed.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { clusterOfFiles, kindOf } from '../kubernetes/files-cluster.ts';
import { CONFIG_KINDS, configKey, KINDS } from '../kubernetes/kinds.ts';
import type { RawObject } from '../kubernetes/kube-api.ts';
import type { FileObject } from '../kubernetes/object-files.ts';
import type { ObjectList } from './entry-role.ts';
import type { EntryObjects } from './read-objects.ts';

/** Collects the objects of a bundle, file by file. */
export interface ClusterGatherer {
  take(read: EntryObjects, list: ObjectList | undefined): void;
  finish(at: EpochSeconds): GatheredCluster;
}

export interface GatheredCluster {
  /** Kinds that the bundle says nothing of have failed, rather than being empty. */
  readonly cluster: ClusterObjects;
  /** Of its configuration, what was the same at an earlier time: made before it, and never changed. */
  configAt(at: EpochSeconds): ClusterObjects['config'];
  readonly objects: number;
  readonly problems: readonly string[];
}

const CONFIG_KEYS = CONFIG_KINDS.map(configKey);
const INJECTORS = keyOf(KINDS.injectors);
const NAMESPACES = keyOf(KINDS.namespaces);
const PODS = keyOf(KINDS.pods);
/** What `kubectl get all` is asked for beside pods; no cluster is without a service, so those have to be seen. */
const BESIDE_PODS = [KINDS.deployments, KINDS.replicaSets].map(keyOf);

export function createClusterGatherer(): ClusterGatherer {
  const objects: FileObject[] = [];
  const problems: string[] = [];
  const saved = new Set<string>();
  const changed = new Set<string>();
  let count = 0;
  return {
    take(read, list) {
      objects.push(...read.objects);
      for (const { raw } of read.objects) if (mayHaveChanged(raw)) changed.add(nameOf(raw));
      problems.push(...read.problems);
      count += read.count;
      for (const kind of [...read.kinds, ...askedWith(read, list)]) saved.add(kind);
    },
    finish(at) {
      // Objects that name no namespace are not of this report.
      const made = clusterOfFiles(objects, { namespace: 'default', at });
      const cluster = onlySaved(made.cluster, saved);
      return {
        cluster,
        configAt: (then) => configThen(cluster.config, changed, then),
        objects: count,
        problems: [...problems, ...made.problems],
      };
    },
  };
}

/**
 * What `istioctl bug-report` asked for in the same command: where a part of the answer is there, what is not in it does
 * not exist (Istio tools/bug-report/pkg/content/content.go).
 */
function askedWith({ kinds, isEmpty }: EntryObjects, list: ObjectList | undefined): readonly string[] {
  if (list === undefined || isEmpty) return [];
  if (list === 'custom_resources') return CONFIG_KEYS;
  return [
    ...(list === 'resources' && kinds.has(PODS) ? BESIDE_PODS : []),
    ...(kinds.has(NAMESPACES) ? [INJECTORS] : []),
  ];
}

function onlySaved(cluster: ClusterObjects, saved: ReadonlySet<string>): ClusterObjects {
  const core = Object.entries(KINDS).map(([field, kind]) => [
    field,
    saved.has(keyOf(kind)) ? cluster[field as keyof typeof KINDS] : absent(kind.resource),
  ]);
  const config = CONFIG_KINDS.map((kind) => {
    const key = configKey(kind);
    return [key, saved.has(key) ? cluster.config[key] : absent(key)];
  });
  return { ...cluster, ...Object.fromEntries(core), config: Object.fromEntries(config) } as ClusterObjects;
}

/** An API server counts each change of a spec in `metadata.generation`, and does not tell when it was. */
function mayHaveChanged({ metadata }: RawObject): boolean {
  return (metadata as { readonly generation?: unknown } | undefined)?.generation !== 1;
}

function nameOf(raw: RawObject): string {
  const { namespace = '', name = '' } = (raw['metadata'] ?? {}) as Readonly<Record<string, unknown>>;
  return `${kindOf(raw)} ${String(namespace)}/${String(name)}`;
}

function configThen(
  config: ClusterObjects['config'],
  changed: ReadonlySet<string>,
  then: EpochSeconds,
): ClusterObjects['config'] {
  const same = ([key, observed]: readonly [string, Observed<ObjectMap<ConfigObject>>]) => {
    if (observed.state !== 'fresh') return [key, observed];
    const kept = [...observed.value].filter(
      ([, { namespace, name, createdAt }]) => createdAt <= then && !changed.has(`${key} ${namespace}/${name}`),
    );
    return [key, { ...observed, value: new Map(kept) }];
  };
  return Object.fromEntries(Object.entries(config).map(same));
}

function absent(what: string): Observed<never> {
  return { state: 'failed', error: { code: 'not_found', detail: `${what} are not in the bundle` } };
}

function keyOf({ resource, group }: { readonly resource: string; readonly group: string }): string {
  return `${resource}.${group}`;
}
