import { bodyNumber, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyEndpoint, EnvoyEndpoints } from '../../model/envoy-endpoint.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import { decodeAddress } from './decode-address.ts';

/** A `ClusterLoadAssignment` of Envoy's. */
export function decodeEndpoints(body: EnvoyBody, state: EnvoyState): EnvoyEndpoints {
  return {
    name: bodyText(body, 'cluster_name') ?? '',
    state,
    body,
    endpoints: bodyObjects(body, 'endpoints').flatMap((locality) =>
      bodyObjects(locality, 'lb_endpoints').map((endpoint) => decodeEndpoint(endpoint, locality)),
    ),
  };
}

function decodeEndpoint(body: EnvoyBody, locality: EnvoyBody): EnvoyEndpoint {
  return {
    ...decodeAddress(bodyObject(bodyObject(body, 'endpoint'), 'address')),
    health: bodyText(body, 'health_status') ?? 'UNKNOWN',
    weight: bodyNumber(body, 'load_balancing_weight'),
    priority: bodyNumber(locality, 'priority') ?? 0,
    locality: formatLocality(bodyObject(locality, 'locality')),
  };
}

/** `region/zone/subzone`, as Istio writes localities. */
export function formatLocality(body: EnvoyBody | undefined): string {
  const parts = ['region', 'zone', 'sub_zone'].map((part) => bodyText(body, part) ?? '');
  while (parts.at(-1) === '') parts.pop();
  return parts.join('/');
}
