import {
  bodyFlag,
  bodyNumber,
  bodyObject,
  bodyObjects,
  bodyText,
  bodyTexts,
  type EnvoyBody,
} from '../../model/envoy-body.ts';
import { configObjectOf } from '../../model/envoy-config-object.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import type { EnvoyRoute, EnvoyRouteAction, EnvoyRouteConfig } from '../../model/envoy-route.ts';
import { decodeWeighted } from './decode-weighted.ts';

/** A `RouteConfiguration` of Envoy's. */
export function decodeRouteConfig(body: EnvoyBody, state: EnvoyState): EnvoyRouteConfig {
  return {
    name: bodyText(body, 'name') ?? '',
    state,
    body,
    virtualHosts: bodyObjects(body, 'virtual_hosts').map((host) => ({
      name: bodyText(host, 'name') ?? '',
      domains: bodyTexts(host, 'domains'),
      routes: bodyObjects(host, 'routes').map(decodeRoute),
    })),
    ignoresPort: bodyFlag(body, 'ignore_port_in_host_matching'),
  };
}

function decodeRoute(body: EnvoyBody): EnvoyRoute {
  return {
    name: bodyText(body, 'name') ?? '',
    match: bodyObject(body, 'match') ?? {},
    action: decodeAction(body),
    virtualService: configObjectOf(body, 'virtual-service'),
    body,
  };
}

function decodeAction(body: EnvoyBody): EnvoyRouteAction {
  const redirect = bodyObject(body, 'redirect');
  if (redirect !== undefined) return { kind: 'redirect', redirect };
  const direct = bodyObject(body, 'direct_response');
  if (direct !== undefined) return { kind: 'direct_response', status: bodyNumber(direct, 'status') };
  const route = bodyObject(body, 'route');
  const clusters = route === undefined ? undefined : decodeWeighted(route);
  if (clusters !== undefined) return { kind: 'clusters', clusters };
  const header = bodyText(route, 'cluster_header');
  return header === undefined ? { kind: 'other' } : { kind: 'cluster_header', header };
}
