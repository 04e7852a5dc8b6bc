import { bodyNumber, bodyText } from '../../model/envoy-body.ts';
import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { EnvoyRoute, EnvoyRouteConfig } from '../../model/envoy-route.ts';
import type { RegexTest, TraceQuestion } from '../../model/envoy-trace-question.ts';
import { matchRoute } from './match-route.ts';
import { matchVirtualHost } from './match-virtual-host.ts';
import { routeFacts } from './route-facts.ts';
import { shellWord } from './shell-word.ts';
import { splitClusters } from './split-clusters.ts';
import { endedAt, type Trace, type TraceEnd, type TraceStep } from './trace.ts';

/** What routes are asked with. */
export interface RouteAsked {
  readonly dump: EnvoyDump;
  readonly question: TraceQuestion;
  readonly regex: RegexTest;
}

/** From a route configuration to where its route sends. */
export function traceRoute(config: EnvoyRouteConfig, steps: readonly TraceStep[], asked: RouteAsked): Trace {
  const { question, regex, dump } = asked;
  const found = matchVirtualHost(config, authorityOf(question));
  if (found === undefined) return endedAt(steps, noVirtualHost(config, question));
  const { host, domain } = found;
  const onHost = [
    ...steps,
    {
      kind: 'virtual host',
      name: host.name,
      facts: [`of routes ${config.name || '(inline)'}`, `by domain ${domain}`],
    } as const,
  ];
  const matched = matchRoute(host.routes, question, regex);
  if (matched.kind === 'none') return endedAt(onHost, noRoute(host.name, host.routes.length, question));
  const { route, tried } = matched;
  if (matched.kind === 'undecided') return endedAt(onHost, undecided(route, tried));
  return followAction(route, [...onHost, routeStep(route, tried)], { dump, question });
}

/** What a client sends as `Host`: it leaves out the port that its protocol has anyway. */
function authorityOf({ host, port, protocol, headers }: TraceQuestion): string {
  const given = headers.get('host');
  if (given !== undefined) return given;
  const usual = protocol === 'tls' ? 443 : 80;
  const name = host.includes(':') ? `[${host}]` : host;
  return port === usual ? name : `${name}:${port}`;
}

function routeStep(route: EnvoyRoute, tried: number): TraceStep {
  return { kind: 'route', name: route.name, facts: routeFacts(route, tried) };
}

function followAction(
  { action, name }: EnvoyRoute,
  steps: readonly TraceStep[],
  { dump, question }: Pick<RouteAsked, 'dump' | 'question'>,
): Trace {
  switch (action.kind) {
    case 'clusters':
      return splitClusters(action.clusters, steps, dump);
    case 'cluster_header': {
      const cluster = question.headers.get(action.header.toLowerCase());
      if (cluster !== undefined) return splitClusters([{ name: cluster, weight: 1 }], steps, dump);
      const summary = `The route takes the cluster from header ${action.header}, which the request does not have.`;
      return endedAt(steps, { verdict: 'breaks', reason: 'no_cluster', flag: 'NC', summary });
    }
    case 'redirect':
      return endedAt(steps, redirected(action.redirect));
    case 'direct_response':
      return endedAt(steps, answered(action.status, name));
    case 'other': {
      const summary = 'It cannot be told where the route sends: it names no cluster.';
      return endedAt(steps, { verdict: 'unknown', reason: 'undecided', summary });
    }
    default:
      return action satisfies never;
  }
}

function redirected(redirect: Parameters<typeof bodyText>[0]): TraceEnd {
  const parts = ['scheme_redirect', 'host_redirect', 'path_redirect', 'prefix_rewrite'].flatMap((part) => {
    const value = bodyText(redirect, part);
    return value === undefined ? [] : [`${part.replace(/_.*/, '')} ${value}`];
  });
  const port = bodyNumber(redirect, 'port_redirect');
  if (port !== undefined) parts.push(`port ${port}`);
  const code = bodyText(redirect, 'response_code') ?? 'MOVED_PERMANENTLY';
  const to = parts.length === 0 ? 'the same place' : parts.join(', ');
  return { verdict: 'answers', reason: 'redirect', summary: `The proxy answers with a redirect (${code}) to ${to}.` };
}

/** `block_all` is what a mesh that lets nothing unknown out answers with. */
function answered(status: number | undefined, name: string): TraceEnd {
  const failed = status === undefined || status >= 400;
  const why =
    name === 'block_all'
      ? ': the mesh does not know this host and lets nothing out that it does not know (REGISTRY_ONLY)'
      : '';
  return {
    verdict: failed ? 'breaks' : 'answers',
    reason: 'direct_response',
    summary: `The proxy answers by itself with status ${status ?? 'unknown'}${why}.`,
    ...(name === 'block_all' ? { next: 'kubectl get serviceentry,sidecar -A' } : {}),
  };
}

function noVirtualHost({ name, virtualHosts }: EnvoyRouteConfig, question: TraceQuestion): TraceEnd {
  const word = shellWord(name);
  const known = virtualHosts.flatMap(({ domains }) => domains.slice(0, 1));
  const some = known.slice(0, 5).join(', ');
  const more = known.length > 5 ? ` and ${known.length - 5} more` : '';
  const summary = `No virtual host of routes ${name || '(inline)'} is for ${authorityOf(question)}; there are ${some || 'none'}${more}.`;
  return {
    verdict: 'breaks',
    reason: 'no_virtual_host',
    flag: 'NR',
    summary,
    ...(word === undefined ? {} : { next: `meshladder config routes --name ${word}` }),
  };
}

function noRoute(host: string, count: number, { method, path }: TraceQuestion): TraceEnd {
  const tried = count === 0 ? 'it has no routes' : `none of its ${count} routes takes ${method} ${path}`;
  const summary = `Virtual host ${host} is the one, and ${tried}.`;
  return { verdict: 'breaks', reason: 'no_route', flag: 'NR', summary, next: 'kubectl get virtualservice -A' };
}

function undecided({ name }: EnvoyRoute, tried: number): TraceEnd {
  const which = name === '' ? `the ${tried + 1}. route` : `route ${name}`;
  const summary = `It cannot be told whether ${which} takes it: it asks for what the request does not show, or a pattern that cannot be read here.`;
  return { verdict: 'unknown', reason: 'undecided', summary };
}
