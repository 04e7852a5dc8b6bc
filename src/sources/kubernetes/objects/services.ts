import type { Service, ServicePort } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { meshAnnotations } from './annotations.ts';
import { conditionsOf } from './conditions.ts';
import { count, present, record, records, stringMap, text, texts } from './fields.ts';
import { metadataOf } from './metadata.ts';
import { protocolOf } from './protocol.ts';

export function mapService(raw: RawObject): Service {
  const { namespace, name, labels, raw: metadata } = metadataOf(raw);
  const spec = record(raw['spec']) ?? {};
  return present({
    namespace,
    name,
    labels,
    annotations: meshAnnotations(metadata['annotations']),
    conditions: conditionsOf(raw['status']),
    type: text(spec['type']) ?? 'ClusterIP',
    clusterIps: clusterIpsOf(spec),
    externalName: text(spec['externalName']),
    nodeLocal: spec['internalTrafficPolicy'] === 'Local' ? (true as const) : undefined,
    selector: record(spec['selector']) && stringMap(spec['selector']),
    ports: records(spec['ports']).flatMap(portOf),
  });
}

/** A headless service says `None`, which is no address. */
function clusterIpsOf(spec: RawObject): string[] {
  const listed = texts(spec['clusterIPs']);
  const single = text(spec['clusterIP']);
  const all = listed.length > 0 || single === undefined ? listed : [single];
  return all.filter((ip) => ip !== '' && ip !== 'None');
}

function portOf(raw: RawObject): ServicePort[] {
  const port = count(raw['port']);
  if (port === undefined) return [];
  return [
    present({
      port,
      name: text(raw['name']),
      protocol: protocolOf(raw['protocol']),
      targetPort: count(raw['targetPort']) ?? text(raw['targetPort']),
      appProtocol: text(raw['appProtocol']),
    }),
  ];
}
