import type { Namespace } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { metadataOf } from './metadata.ts';

export function mapNamespace(raw: RawObject): Namespace {
  const { name, labels } = metadataOf(raw);
  return { name, labels };
}
