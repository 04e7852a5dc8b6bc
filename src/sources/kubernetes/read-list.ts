import { setImmediate as breathe } from 'node:timers/promises';
import type { InformerNeeds } from './informer-needs.ts';
import type { RawObject } from './kube-api.ts';
import { keyOf } from './objects/metadata.ts';
import { peerWords } from './peer-words.ts';

/** One object, made ours; without a value it is none of ours. Without a key it could not even be named. */
export type Mapped<T> =
  | { readonly key: string | undefined; readonly value: T | undefined; readonly problem?: undefined }
  | { readonly key: string | undefined; readonly problem: string };

export interface ListResult<T> {
  readonly objects: Map<string, T>;
  readonly version: string;
  /** What is to be said of objects that could not be read. */
  readonly problem: string | undefined;
}

/** So many objects are mapped before others get their turn: well under 10 ms. */
const BATCH = 250;
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Makes one object ours; what throws is told, not thrown. */
export function mapObject<T>(raw: RawObject, map: (raw: RawObject) => T | undefined): Mapped<T> {
  const key = keyOf(raw);
  if (key === undefined) return { key, problem: 'an object has no name' };
  try {
    const value = map(raw);
    return { key, value: value === undefined ? value : Object.freeze(value) };
  } catch (cause) {
    return { key, problem: `${key}: ${peerWords(cause instanceof Error ? cause.message : String(cause))}` };
  }
}

/**
 * Reads a whole list, slim object by slim object: no page outlives its turn. An object that cannot be read keeps the last
 * form in which it could.
 * @throws KubeApiError
 */
export async function readList<T>(
  needs: Pick<InformerNeeds<T>, 'api' | 'query' | 'metadataOnly' | 'map'>,
  path: string,
  previous: (key: string) => T | undefined,
  signal: AbortSignal,
): Promise<ListResult<T>> {
  let reading = startReading<T>();
  let version = '';
  const options = needs.metadataOnly ? { accept: METADATA_LIST } : {};
  for await (const page of needs.api.list(path, needs.query, signal, options)) {
    if (page.restarted) reading = startReading();
    version = page.resourceVersion;
    for (let start = 0; start < page.items.length; start += BATCH) {
      for (const item of page.items.slice(start, start + BATCH)) keep(reading, mapObject(item, needs.map), previous);
      await breathe(undefined, { signal });
    }
  }
  return { objects: reading.objects, version, problem: problemOf(reading) };
}

interface Reading<T> {
  readonly objects: Map<string, T>;
  unreadable: number;
  firstProblem: string | undefined;
}

function startReading<T>(): Reading<T> {
  return { objects: new Map(), unreadable: 0, firstProblem: undefined };
}

function keep<T>(reading: Reading<T>, mapped: Mapped<T>, previous: (key: string) => T | undefined): void {
  if (mapped.problem !== undefined) {
    reading.unreadable += 1;
    reading.firstProblem ??= mapped.problem;
  }
  if (mapped.key === undefined) return;
  const value = mapped.problem === undefined ? mapped.value : previous(mapped.key);
  if (value !== undefined) reading.objects.set(mapped.key, value);
}

function problemOf<T>({ unreadable, firstProblem }: Reading<T>): string | undefined {
  return unreadable > 1 ? `${unreadable} objects cannot be read, the first: ${firstProblem}` : firstProblem;
}
