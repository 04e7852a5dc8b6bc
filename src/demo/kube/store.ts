import { randomUUID } from 'node:crypto';
import { type Collection, createCollection, type Entry } from './collection.ts';
import { type KubeObject, keyOf, kubeTime, type NewObject, objectKey } from './object.ts';
import { alreadyExists, conflict, objectNotFound } from './refusal.ts';
import { RESOURCES, type Resource, resourceOfKind } from './resources.ts';

/** How a change is recorded in `managedFields`. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
}

/** Every object of the cluster, one count of versions for all, and the changes that watches see. */
export interface ObjectStore {
  /** The newest resourceVersion. */
  version(): number;
  collection(resource: Resource): Collection;
  /** @throws Refusal 409 when there is one of its name */
  create(object: NewObject, writer?: Writer): KubeObject;
  /** Replaces an object. A resourceVersion in it must be the stored one. @throws Refusal 404, 409 */
  update(object: NewObject, writer?: Writer): KubeObject;
  /** @throws Refusal 404 */
  remove(resource: Resource, namespace: string | undefined, name: string): KubeObject;
  /** Adds objects that are only made when they are read; they never change. Their keys must be new. */
  addLazy(resource: Resource, objects: readonly LazyObject[]): void;
  /** Forgets the past: watches and lists from before now are answered 410, as after etcd's compaction. */
  compact(): void;
}

/** An object that is made when it is read. */
export interface LazyObject {
  readonly key: string;
  make(resourceVersion: string): KubeObject;
}

const KUBECTL: Writer = { manager: 'kubectl-client-side-apply', operation: 'Update' };

export interface StoreOptions {
  /** Epoch milliseconds; default the wall clock. */
  readonly now?: () => number;
  /** The first resourceVersion; a cluster that has lived a while does not begin at 1. */
  readonly firstVersion?: number;
}

export function createObjectStore({ now = Date.now, firstVersion = 1 }: StoreOptions = {}): ObjectStore {
  let version = firstVersion;
  const collections = new Map(RESOURCES.map((resource) => [resource, createCollection(resource, () => version)]));
  const of = (resource: Resource): Collection => collectionIn(collections, resource);
  const next = (): string => String(++version);

  return {
    version: () => version,
    collection: of,
    create(object, writer = KUBECTL) {
      const resource = resourceOfKind(object.apiVersion, object.kind);
      const key = keyOf(object);
      if (of(resource).get(key) !== undefined) throw alreadyExists(resource, object.metadata.name);
      const created = bornObject(object, { version: next(), at: now(), writer });
      of(resource).put(key, created, version);
      return created;
    },
    update(object, writer = KUBECTL) {
      const resource = resourceOfKind(object.apiVersion, object.kind);
      const key = keyOf(object);
      const stored = of(resource).get(key)?.read();
      if (stored === undefined) throw objectNotFound(resource, object.metadata.name);
      const asked = object.metadata.resourceVersion;
      if (asked !== undefined && asked !== stored.metadata.resourceVersion) {
        throw conflict(resource, object.metadata.name);
      }
      const updated = changedObject(stored, object, { version: next(), at: now(), writer });
      of(resource).put(key, updated, version);
      return updated;
    },
    remove(resource, namespace, name) {
      const key = objectKey(namespace, name);
      const stored = of(resource).get(key)?.read();
      if (stored === undefined) throw objectNotFound(resource, name);
      const last = { ...stored, metadata: { ...stored.metadata, resourceVersion: next() } };
      of(resource).remove(key, last, version);
      return last;
    },
    addLazy(resource, objects) {
      const resourceVersion = next();
      const entries = objects.map(({ key, make }): Entry => ({ key, version, read: () => make(resourceVersion) }));
      of(resource).fill(entries);
    },
    compact() {
      for (const collection of collections.values()) collection.compact();
    },
  };
}

function collectionIn(collections: ReadonlyMap<Resource, Collection>, resource: Resource): Collection {
  const found = collections.get(resource);
  if (found === undefined) throw new Error(`no collection of ${resource.plural}`);
  return found;
}

interface Change {
  readonly version: string;
  readonly at: number;
  readonly writer: Writer;
}

function bornObject(object: NewObject, change: Change): KubeObject {
  const { name, namespace, labels, annotations, ...rest } = object.metadata;
  const { apiVersion, kind, metadata: _, ...body } = object;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      ...('spec' in object && { generation: 1 }),
      creationTimestamp: kubeTime(change.at),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      // What the caller says of it wins, but never the version.
      ...rest,
      resourceVersion: change.version,
      managedFields: object.metadata['managedFields'] ?? [managedBy(object, change)],
    },
    ...body,
  };
}

function changedObject(stored: KubeObject, object: NewObject, change: Change): KubeObject {
  const { uid, creationTimestamp, generation } = stored.metadata;
  const specChanged = JSON.stringify(stored['spec']) !== JSON.stringify(object['spec']);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(uid !== undefined && { uid }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(generation !== undefined && { generation: generation + (specChanged ? 1 : 0) }),
      resourceVersion: change.version,
      managedFields: [managedBy(object, change)],
    },
  };
}

function managedBy(object: NewObject, { at, writer }: Change): object {
  const parts = Object.keys(object).filter((key) => key !== 'apiVersion' && key !== 'kind' && key !== 'metadata');
  return {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: object.apiVersion,
    time: kubeTime(at),
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(parts.map((part) => [`f:${part}`, {}])),
  };
}
