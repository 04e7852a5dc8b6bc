import { bodyNumber, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyCluster } from '../../model/envoy-cluster.ts';
import { parseClusterName } from '../../model/envoy-cluster-name.ts';
import { configObjectOf } from '../../model/envoy-config-object.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';

/** A `Cluster` of Envoy's. */
export function decodeCluster(body: EnvoyBody, state: EnvoyState): EnvoyCluster {
  const name = bodyText(body, 'name') ?? '';
  return {
    name,
    state,
    body,
    parsed: parseClusterName(name),
    // Protobuf leaves out the first value of an enum.
    type: bodyText(body, 'type') ?? bodyText(bodyObject(body, 'cluster_type'), 'name') ?? 'STATIC',
    endpointsName: bodyText(bodyObject(body, 'eds_cluster_config'), 'service_name') ?? name,
    destinationRule: configObjectOf(body, 'destination-rule'),
    panicThreshold: panicThresholdOf(body),
  };
}

/** Envoy's default is 50 %; Istio writes a threshold without a value, which is 0 (`Cluster.CommonLbConfig`). */
function panicThresholdOf(body: EnvoyBody): number {
  const threshold = bodyObject(bodyObject(body, 'common_lb_config'), 'healthy_panic_threshold');
  return threshold === undefined ? 50 : (bodyNumber(threshold, 'value') ?? 0);
}
