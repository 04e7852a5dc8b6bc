import { bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import { PASSTHROUGH } from '../../model/envoy-cluster-name.ts';
import { describePath } from '../../model/envoy-match-words.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import type { EnvoyRoute, EnvoyRouteAction, EnvoyRouteConfig, EnvoyVirtualHost } from '../../model/envoy-route.ts';
import { compareText } from '../../model/text-order.ts';
import { shortDomains } from './config-domains.ts';
import type { ConfigFilter } from './config-filter.ts';
import type { ConfigTable } from './config-table.ts';

/** One route configuration of `meshladder config routes -o json`. */
export interface RouteConfigRow {
  readonly name: string;
  readonly state: EnvoyState;
  readonly virtualHosts: readonly {
    readonly name: string;
    readonly domains: readonly string[];
    readonly routes: readonly {
      readonly name: string;
      readonly match: string;
      readonly action: EnvoyRouteAction;
      readonly virtualService: string;
    }[];
  }[];
  /** The route configuration as the dump has it. */
  readonly config: EnvoyBody;
}

/** Those that are sent on their own first, ports by number; then those inside listeners, in the order of the dump. */
export function selectRoutes(
  configs: readonly EnvoyRouteConfig[],
  { name }: ConfigFilter,
): readonly EnvoyRouteConfig[] {
  const wanted = configs.filter((config) => name === undefined || config.name === name);
  const sent = wanted.filter(({ state }) => state !== 'static').toSorted(byPort);
  return [...sent, ...wanted.filter(({ state }) => state === 'static')];
}

/** Names that are no port stand before those that are. */
function byPort(one: EnvoyRouteConfig, other: EnvoyRouteConfig): number {
  const [first, second] = [portOf(one.name), portOf(other.name)];
  return first - second || compareText(one.name, other.name);
}

function portOf(name: string): number {
  return /^\d{1,5}$/.test(name) ? Number(name) : -1;
}

export function routeConfigRow({ name, state, virtualHosts, body }: EnvoyRouteConfig): RouteConfigRow {
  return {
    name,
    state,
    virtualHosts: virtualHosts.map((host) => ({
      name: host.name,
      domains: host.domains,
      routes: host.routes.map((route) => ({
        name: route.name,
        match: describePath(route.match),
        action: route.action,
        virtualService: route.virtualService,
      })),
    })),
    config: body,
  };
}

/** A line for each route, as istioctl has them: without those that let everything through. */
export function routeTable(configs: readonly EnvoyRouteConfig[]): ConfigTable {
  return {
    head: ['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'VIRTUAL SERVICE'],
    rows: configs.flatMap(({ name, virtualHosts }) => virtualHosts.flatMap((host) => hostLines(name, host))),
  };
}

function hostLines(name: string, host: EnvoyVirtualHost): readonly (readonly string[])[] {
  const line = (match: string, virtualService: string): readonly string[] => [
    name,
    host.name,
    shortDomains(host.domains),
    match,
    virtualService,
  ];
  if (host.routes.length === 0) return [line('/*', '404')];
  return host.routes
    .filter((route) => !letsThrough(route))
    .map(({ match, virtualService }) => line(describePath(match), virtualService));
}

function letsThrough({ action }: EnvoyRoute): boolean {
  return action.kind === 'clusters' && action.clusters.length === 1 && action.clusters[0]?.name === PASSTHROUGH;
}

/** Routes that stand inside a listener: the cluster where everything goes to one, else what they match. */
export function describeInlineRoutes(routes: EnvoyRouteConfig): string {
  const only = onlyCluster(routes);
  if (only !== undefined) return only.includes('Cluster') ? only : `Cluster: ${only}`;
  const hosts = routes.virtualHosts.map((host) => {
    const matches = host.routes.map(({ match }) => describePath(match)).join(', ');
    return takesAll(host) ? matches : `${host.domains.join('/')} ${matches}`;
  });
  return `Inline Route: ${hosts.join('; ')}`;
}

function onlyCluster({ virtualHosts }: EnvoyRouteConfig): string | undefined {
  const [host] = virtualHosts;
  const [route] = host?.routes ?? [];
  if (host === undefined || route === undefined || virtualHosts.length > 1 || host.routes.length > 1) return undefined;
  if (!takesAll(host) || bodyText(route.match, 'prefix') !== '/' || route.action.kind !== 'clusters') return undefined;
  return route.action.clusters.length === 1 ? route.action.clusters[0]?.name : undefined;
}

function takesAll({ domains }: EnvoyVirtualHost): boolean {
  return domains.length === 1 && domains[0] === '*';
}
