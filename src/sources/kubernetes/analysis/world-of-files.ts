import type { AnalysisWorld, ResourceDefinition } from '../../../model/analysis-world.ts';
import type { EpochSeconds } from '../../../model/brand.ts';
import { type ClusterObjects, type ObjectMap, objectKey } from '../../../model/cluster.ts';
import { PENDING } from '../../../model/observed.ts';
import { clusterOfFiles, isReadKind } from '../files-cluster.ts';
import type { RawObject } from '../kube-api.ts';
import { type FileObject, type ObjectFile, readObjects } from '../object-files.ts';
import { record, text } from '../objects/fields.ts';
import { metadataOf } from '../objects/metadata.ts';
import { mapInjectorValues } from './injector-values.ts';
import { mapNode } from './kinds.ts';
import { mapSecret } from './secrets.ts';

/** What files of objects come to. */
export interface WorldOfFiles {
  readonly world: AnalysisWorld;
  /** Of whatever kind. */
  readonly objects: number;
  /** What of the files was left out, and why. */
  readonly notes: readonly string[];
  /** What cannot be read, each with its file and line. */
  readonly problems: readonly string[];
}

export interface FilesWorldOptions {
  /** When: certificates run out, and what says no time is the youngest. */
  readonly at: EpochSeconds;
  /** Where objects are that name no namespace. */
  readonly namespace: string;
}

/**
 * A world made of files alone. Of two objects with the same name the last counts. Files without any Namespace, Service,
 * Pod, Node or Secret are configuration by itself: what runs is then not known, rather than nothing.
 */
export function worldOfFiles(files: readonly ObjectFile[], { at, namespace }: FilesWorldOptions): WorldOfFiles {
  const { objects, problems } = readObjects(files);
  const { cluster, problems: unreadable } = clusterOfFiles(objects, { namespace, at, madeAt: at });
  const runs = objects.some(({ raw }) => RUNNING.has(text(raw['kind']) ?? '') && raw['apiVersion'] === 'v1');
  const of = <T>(kind: string, map: (raw: RawObject) => T | undefined): ObjectMap<T> =>
    objectsOf(objects, kind, namespace, map);
  const world: AnalysisWorld = {
    at,
    cluster: runs ? cluster : withoutWhatRuns(cluster),
    ...(runs && { secrets: of('Secret', mapSecret), nodes: of('Node', mapNode) }),
    injectorValues: of('ConfigMap', mapInjectorValues),
    resourceDefinitions: of('CustomResourceDefinition', mapDefinition),
  };
  return { world, objects: objects.length, notes: notesOn(objects, namespace), problems: [...problems, ...unreadable] };
}

const RUNNING: ReadonlySet<string> = new Set(['Namespace', 'Service', 'Pod', 'Node', 'Secret']);

function withoutWhatRuns(cluster: ClusterObjects): ClusterObjects {
  return { ...cluster, namespaces: PENDING, pods: PENDING, services: PENDING };
}

/** Kinds that nothing but analysis reads, and that by their facts alone. */
const FOR_ANALYSIS: ReadonlySet<string> = new Set(['Secret', 'Node', 'ConfigMap', 'CustomResourceDefinition']);
const CLUSTER_WIDE: ReadonlySet<string> = new Set(['Namespace', 'Node', 'CustomResourceDefinition']);

function objectsOf<T>(
  objects: readonly FileObject[],
  kind: string,
  namespace: string,
  map: (raw: RawObject) => T | undefined,
): ObjectMap<T> {
  const found = new Map<string, T>();
  for (const { raw } of objects) {
    if (raw['kind'] !== kind || nameOf(raw) === '') continue;
    const placed = inNamespace(raw, namespace);
    const value = map(placed);
    if (value !== undefined) found.set(keyOf(placed), value);
  }
  return found;
}

function nameOf(raw: RawObject): string {
  return text(record(raw['metadata'])?.['name']) ?? '';
}

function inNamespace(raw: RawObject, namespace: string): RawObject {
  const metadata = record(raw['metadata']) ?? {};
  const own = CLUSTER_WIDE.has(text(raw['kind']) ?? '') ? undefined : text(metadata['namespace']) || namespace;
  return { ...raw, metadata: { ...metadata, namespace: own } };
}

function keyOf(raw: RawObject): string {
  const { namespace, name } = metadataOf(raw);
  return objectKey(namespace, name);
}

function mapDefinition(raw: RawObject): ResourceDefinition {
  const { name } = metadataOf(raw);
  const spec = record(raw['spec']);
  const kind = text(record(spec?.['names'])?.['kind']) ?? '';
  return { name, group: text(spec?.['group']) ?? '', kind };
}

/** Kinds left out, and objects that a later one replaced. */
function notesOn(objects: readonly FileObject[], namespace: string): readonly string[] {
  const unread = Map.groupBy(
    objects.filter((object) => !isRead(object)),
    ({ raw }) => kindOf(raw),
  );
  const left = [...unread].map(([kind, all]) => `not looked at: ${all.length} of kind ${kind || '(none)'}`);
  return [...replaced(objects.filter(isRead), namespace), ...left];
}

function isRead({ raw }: FileObject): boolean {
  return FOR_ANALYSIS.has(kindOf(raw)) || isReadKind(raw);
}

function kindOf(raw: RawObject): string {
  return text(raw['kind']) ?? '';
}

function replaced(objects: readonly FileObject[], namespace: string): readonly string[] {
  const places = new Map<string, string>();
  return objects.flatMap(({ file, raw }) => {
    const { metadata } = inNamespace(raw, namespace);
    const path = `${kindOf(raw)} ${objectKey(text(record(metadata)?.['namespace']) ?? '', nameOf(raw))}`;
    const key = `${text(raw['apiVersion'])?.split('/')[0]} ${path}`;
    const before = places.get(key);
    places.set(key, file);
    return before === undefined ? [] : [`${path} of ${file} replaces that of ${before}`];
  });
}
