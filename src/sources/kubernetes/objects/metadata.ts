import type { EpochSeconds } from '../../../model/brand.ts';
import { objectKey } from '../../../model/cluster.ts';
import type { Labels } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { record, records, stringMap, text, timeOf } from './fields.ts';

/** What every object says of itself. */
export interface Metadata {
  /** `""` for objects of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly raw: RawObject;
}

/** @throws Error when the object does not even have a name */
export function metadataOf(object: RawObject): Metadata {
  const raw = record(object['metadata']);
  const name = text(raw?.['name']);
  if (raw === undefined || name === undefined || name === '') throw new Error('it has no name');
  return { namespace: text(raw['namespace']) ?? '', name, labels: stringMap(raw['labels']), raw };
}

/** The key of an object, or undefined when it has no name. */
export function keyOf(object: RawObject): string | undefined {
  const raw = record(object['metadata']);
  const name = text(raw?.['name']);
  return name === undefined || name === '' ? undefined : objectKey(text(raw?.['namespace']) ?? '', name);
}

/** @throws Error when the API server did not say when the object was made */
export function createdAt({ raw }: Metadata): EpochSeconds {
  const at = timeOf(raw['creationTimestamp']);
  if (at === undefined) throw new Error('its creationTimestamp is no time');
  return at;
}

/** The controller among the owners. */
export function controllerOf({ raw }: Metadata): { readonly kind: string; readonly name: string } | undefined {
  const owner = records(raw['ownerReferences']).find((reference) => reference['controller'] === true);
  const kind = text(owner?.['kind']);
  const name = text(owner?.['name']);
  return kind === undefined || name === undefined ? undefined : { kind, name };
}
