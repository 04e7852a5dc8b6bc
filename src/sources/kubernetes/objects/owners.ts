import type { Deployment, ReplicaSet } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { controllerOf, metadataOf } from './metadata.ts';

/** Read from metadata alone. */
export function mapReplicaSet(raw: RawObject): ReplicaSet {
  const metadata = metadataOf(raw);
  const owner = controllerOf(metadata);
  return { namespace: metadata.namespace, name: metadata.name, ...(owner !== undefined && { owner }) };
}

/** Read from metadata alone. */
export function mapDeployment(raw: RawObject): Deployment {
  const { namespace, name, labels } = metadataOf(raw);
  return { namespace, name, labels };
}
