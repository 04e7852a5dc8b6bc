import type { ConfigObject } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { present, record, stringMap, text } from './fields.ts';
import { createdAt, metadataOf } from './metadata.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An Istio or Gateway API object, its spec as stored. */
export function mapConfigObject(raw: RawObject): ConfigObject {
  const metadata = metadataOf(raw);
  // kubectl's copy of the whole object doubles what must be kept and is never read.
  const { [LAST_APPLIED]: _copy, ...annotations } = stringMap(metadata.raw['annotations']);
  return present({
    apiVersion: text(raw['apiVersion']) ?? '',
    kind: text(raw['kind']) ?? '',
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels,
    annotations,
    createdAt: createdAt(metadata),
    spec: record(raw['spec']) ?? {},
    status: record(raw['status']),
  });
}
