import type { Body } from './body.ts';
import type { Destination, HttpMatch, HttpRoute, StringMatch, VirtualServiceSpec } from './istio-specs.ts';
import { type MeshView, type ViewObject, type ViewPort, type ViewService, wholeHost } from './mesh-view.ts';

export type VirtualService = ViewObject<VirtualServiceSpec>;

const RETRIES: Body = {
  retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
  num_retries: 2,
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
      },
    },
  ],
  host_selection_retry_max_attempts: '5',
};

/** The one route of a service that no VirtualService speaks of. */
export function defaultRoute({ host }: ViewService, { port }: ViewPort): Body {
  return {
    match: { prefix: '/' },
    route: {
      cluster: `outbound|${port}||${host}`,
      timeout: '0s',
      retry_policy: RETRIES,
      max_grpc_timeout: '0s',
    },
    decorator: { operation: `${host}:${port}/*` },
    name: 'default',
  };
}

export const ALLOW_ANY: Body = {
  name: 'allow_any',
  domains: ['*'],
  routes: [
    {
      match: { prefix: '/' },
      route: { cluster: 'PassthroughCluster', timeout: '0s', max_grpc_timeout: '0s' },
      name: 'allow_any',
    },
  ],
  include_request_attempt_count: true,
};

/** Where requests come in by which a VirtualService's routes are chosen. */
export interface RouteContext {
  readonly view: MeshView;
  /** The port that is listened on. */
  readonly port: number;
}

/** The routes of a VirtualService, in their order: one for each match. */
export function virtualServiceRoutes(virtualService: VirtualService, context: RouteContext): Body[] {
  return (virtualService.spec.http ?? []).flatMap((http) => {
    const { match = [] } = http;
    const matches = match.length === 0 ? [undefined] : match;
    return matches.map((one) => route(virtualService, http, one, context));
  });
}

function route(of: VirtualService, http: HttpRoute, match: HttpMatch | undefined, context: RouteContext): Body {
  const timeout = http.timeout ?? '0s';
  const [first] = http.route ?? [];
  const uri = match?.uri?.prefix ?? match?.uri?.exact ?? '';
  const config = `/apis/networking.istio.io/v1/namespaces/${of.namespace}/virtual-service/${of.name}`;
  const operation = first === undefined ? '' : `${first.destination.host}:${portOf(first.destination, of, context)}`;
  return {
    match: routeMatch(match),
    route: { ...clusters(of, http, context), timeout, retry_policy: RETRIES, max_grpc_timeout: timeout },
    metadata: { filter_metadata: { istio: { config } } },
    decorator: { operation: `${operation}${uri === '' ? '/' : uri}*` },
    ...(http.name !== undefined && { name: http.name }),
  };
}

/** Of several, those of weight 0 are left out. */
function clusters(of: VirtualService, { route: all = [] }: HttpRoute, context: RouteContext): Body {
  const [first, ...more] = all;
  if (first !== undefined && more.length === 0) return { cluster: cluster(first.destination, of, context) };
  const weighted = all
    .filter(({ weight = 0 }) => weight > 0)
    .map(({ destination, weight }) => ({ name: cluster(destination, of, context), weight }));
  return { weighted_clusters: { clusters: weighted } };
}

function cluster(destination: Destination, of: VirtualService, context: RouteContext): string {
  const host = wholeHost(destination.host, of.namespace);
  return `outbound|${portOf(destination, of, context)}|${destination.subset ?? ''}|${host}`;
}

/** The port that is named, the only one, or the one that is listened on. */
function portOf({ host, port }: Destination, of: VirtualService, context: RouteContext): number {
  const [only, ...more] = context.view.service(wholeHost(host, of.namespace))?.ports ?? [];
  if (port?.number !== undefined) return port.number;
  return only !== undefined && more.length === 0 ? only.port : context.port;
}

function routeMatch(match: HttpMatch | undefined): Body {
  if (match === undefined) return { prefix: '/' };
  const headers = Object.entries(match.headers ?? {}).map(([name, value]) => ({ name, string_match: text(value) }));
  return { ...path(match.uri), case_sensitive: true, ...(headers.length > 0 && { headers }) };
}

function path(uri: StringMatch | undefined): Body {
  if (uri?.exact !== undefined) return { path: uri.exact };
  if (uri?.regex !== undefined) return { safe_regex: { regex: uri.regex } };
  return { prefix: uri?.prefix ?? '/' };
}

function text({ exact, prefix, regex }: StringMatch): Body {
  if (exact !== undefined) return { exact };
  return prefix === undefined ? { safe_regex: { regex: regex ?? '' } } : { prefix };
}
