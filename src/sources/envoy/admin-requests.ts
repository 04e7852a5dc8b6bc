import type { EnvoyConfig, EnvoyDump } from '../../model/envoy-config.ts';
import { ENVOY_SECTIONS, type EnvoySection } from '../../model/envoy-resource.ts';

/** What can be asked of an Envoy: parts of its config dump, `/clusters` and `/logging`. */
export type EnvoyPart = EnvoySection | 'bootstrap' | 'secrets' | 'statuses' | 'loggers';

export interface AdminRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** What to ask where Envoy answers 400: it refuses the mask of a section that it does not have. */
  readonly otherwise?: string;
}

/** Envoy leaves out every section that has not all of a mask's fields: a mask asks for one of them. */
const MASKS: Readonly<Record<EnvoySection | 'bootstrap' | 'secrets', string>> = {
  bootstrap: 'mask=bootstrap',
  clusters: 'mask=static_clusters,dynamic_active_clusters,dynamic_warming_clusters',
  listeners: 'mask=static_listeners,dynamic_listeners',
  routes: 'mask=static_route_configs,dynamic_route_configs',
  endpoints: 'include_eds&mask=static_endpoint_configs,dynamic_endpoint_configs',
  secrets: 'mask=static_secrets,dynamic_active_secrets,dynamic_warming_secrets',
};
const IN_DUMP = [...ENVOY_SECTIONS, 'bootstrap', 'secrets'] as const;

/** A masked section for each of up to two, and the whole dump for more of them. */
export function requestsFor(parts: readonly EnvoyPart[]): readonly AdminRequest[] {
  const inDump = IN_DUMP.filter((part) => parts.includes(part));
  const whole = inDump.includes('endpoints') ? '/config_dump?include_eds' : '/config_dump';
  const paths = inDump.length > 2 ? [whole] : inDump.map((part) => `/config_dump?${MASKS[part]}`);
  return [
    ...paths.map((path) => ({ method: 'GET' as const, path, ...(path !== whole && { otherwise: whole }) })),
    ...(parts.includes('statuses') ? [{ method: 'GET' as const, path: '/clusters?format=json' }] : []),
    // Even to be read they must be posted.
    ...(parts.includes('loggers') ? [{ method: 'POST' as const, path: '/logging' }] : []),
  ];
}

/** Without the sections that nobody asked for, of which a dump may hold a part. */
export function onlyAsked({ config, ...dump }: EnvoyDump, parts: readonly EnvoyPart[]): EnvoyDump {
  if (config === undefined) return dump;
  const { bootstrap, secrets, clusters, listeners, routes, endpoints, ...always } = config;
  const all = { bootstrap, secrets, clusters, listeners, routes, endpoints };
  const asked = Object.entries(all).filter(([part, value]) => value !== undefined && parts.includes(part as EnvoyPart));
  return { ...dump, config: { ...always, ...(Object.fromEntries(asked) as Partial<EnvoyConfig>) } };
}
