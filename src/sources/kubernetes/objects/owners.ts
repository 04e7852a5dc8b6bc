import type { Deployment, PodTemplate, ReplicaSet } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { meshAnnotations } from './annotations.ts';
import { containerFacts, givenEnvironment } from './containers.ts';
import { present, record, stringMap } from './fields.ts';
import { controllerOf, metadataOf } from './metadata.ts';

/** Read from metadata alone. */
export function mapReplicaSet(raw: RawObject): ReplicaSet {
  const metadata = metadataOf(raw);
  const owner = controllerOf(metadata);
  return { namespace: metadata.namespace, name: metadata.name, ...(owner !== undefined && { owner }) };
}

/** Without a pod template where only metadata was asked for. */
export function mapDeployment(raw: RawObject): Deployment {
  const { namespace, name, labels, raw: metadata } = metadataOf(raw);
  const template = record(record(raw['spec'])?.['template']);
  return present({
    namespace,
    name,
    labels,
    annotations: meshAnnotations(metadata['annotations']),
    template: template && templateOf(template, labels['app'] === 'istiod'),
  });
}

function templateOf(raw: RawObject, isIstiod: boolean): PodTemplate {
  const metadata = record(raw['metadata']) ?? {};
  const spec = record(raw['spec']) ?? {};
  return {
    labels: stringMap(metadata['labels']),
    annotations: meshAnnotations(metadata['annotations']) ?? {},
    containers: containerFacts(spec),
    ...(isIstiod && { environment: givenEnvironment(spec) }),
  };
}
