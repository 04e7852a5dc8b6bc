import type { Namespace } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { meshAnnotations } from './annotations.ts';
import { present } from './fields.ts';
import { metadataOf } from './metadata.ts';

export function mapNamespace(raw: RawObject): Namespace {
  const { name, labels, raw: metadata } = metadataOf(raw);
  return present({ name, labels, annotations: meshAnnotations(metadata['annotations']) });
}
