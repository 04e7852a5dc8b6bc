import type { EndpointSlice } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { count, flag, present, record, records, text, texts } from './fields.ts';
import { metadataOf } from './metadata.ts';

type Endpoint = EndpointSlice['endpoints'][number];

/** A slice that belongs to no service is none of ours. */
export function mapEndpointSlice(raw: RawObject): EndpointSlice | undefined {
  const { namespace, name, labels } = metadataOf(raw);
  const service = labels['kubernetes.io/service-name'];
  if (service === undefined) return undefined;
  return {
    namespace,
    name,
    service,
    ports: records(raw['ports']).map((port) =>
      present({ name: text(port['name']), port: count(port['port']), protocol: text(port['protocol']) ?? 'TCP' }),
    ),
    endpoints: records(raw['endpoints']).map(endpointOf),
  };
}

/** A missing `ready` means ready, a missing `serving` as ready, a missing `terminating` not (discovery.k8s.io/v1). */
function endpointOf(raw: RawObject): Endpoint {
  const conditions = record(raw['conditions']) ?? {};
  const ready = flag(conditions['ready']) ?? true;
  const target = record(raw['targetRef']);
  return present({
    addresses: texts(raw['addresses']),
    ready,
    serving: flag(conditions['serving']) ?? ready,
    terminating: flag(conditions['terminating']) ?? false,
    pod: target?.['kind'] === 'Pod' ? text(target['name']) : undefined,
  });
}
