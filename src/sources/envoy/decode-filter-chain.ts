import {
  bodyField,
  bodyNumber,
  bodyObject,
  bodyObjects,
  bodyText,
  bodyTexts,
  type EnvoyBody,
} from '../../model/envoy-body.ts';
import type { EnvoyFilterChain, FilterChainMatch, FilterChainTarget } from '../../model/envoy-listener.ts';
import { decodeRouteConfig } from './decode-route.ts';
import { decodeWeighted } from './decode-weighted.ts';

const HTTP = 'envoy.filters.network.http_connection_manager';
const TCP = 'envoy.filters.network.tcp_proxy';

/** Parts of a match that look at the client's end of a connection. */
const SOURCE_PARTS = ['source_type', 'source_prefix_ranges', 'source_ports', 'direct_source_prefix_ranges'];

/** A `FilterChain` of Envoy's; the default one of a listener matches whatever the others do not. */
export function decodeFilterChain(body: EnvoyBody, role: 'matching' | 'default'): EnvoyFilterChain {
  const filters = bodyObjects(body, 'filters');
  return {
    name: bodyText(body, 'name') ?? '',
    match: role === 'default' ? undefined : decodeMatch(bodyObject(body, 'filter_chain_match')),
    filters: filters.map((filter) => bodyText(filter, 'name') ?? ''),
    target: decodeTarget(filters),
  };
}

function decodeMatch(body: EnvoyBody | undefined): FilterChainMatch {
  return {
    destinationPort: bodyNumber(body, 'destination_port'),
    prefixRanges: bodyObjects(body, 'prefix_ranges').map(
      (range) => `${bodyText(range, 'address_prefix') ?? ''}/${bodyNumber(range, 'prefix_len') ?? 0}`,
    ),
    serverNames: bodyTexts(body, 'server_names'),
    transportProtocol: bodyText(body, 'transport_protocol') ?? '',
    applicationProtocols: bodyTexts(body, 'application_protocols'),
    sourceParts: SOURCE_PARTS.filter((part) => bodyField(body, part) !== undefined),
  };
}

/** The first filter that ends a chain says where it leads. */
function decodeTarget(filters: readonly EnvoyBody[]): FilterChainTarget {
  for (const filter of filters) {
    const config = bodyObject(filter, 'typed_config') ?? {};
    const name = bodyText(filter, 'name');
    if (name === HTTP) return decodeHttp(config);
    if (name === TCP) return { kind: 'tcp', clusters: decodeWeighted(config) ?? [] };
  }
  return { kind: 'other' };
}

function decodeHttp(config: EnvoyBody): FilterChainTarget {
  const inline = bodyObject(config, 'route_config');
  if (inline !== undefined) return { kind: 'inline', routes: decodeRouteConfig(inline, 'static') };
  return { kind: 'rds', routeName: bodyText(bodyObject(config, 'rds'), 'route_config_name') ?? '' };
}
