import type { EnvoyConfig, EnvoyDump } from '../../model/envoy-config.ts';
import type { EnvoyFilterChain, EnvoyListener } from '../../model/envoy-listener.ts';
import { describeMatch } from '../../model/envoy-match-words.ts';
import type { RegexTest, TraceQuestion } from '../../model/envoy-trace-question.ts';
import { type FoundListener, findListener } from './find-listener.ts';
import { notInDump } from './follow-cluster.ts';
import { matchFilterChain, type TracedConnection } from './match-filter-chain.ts';
import { splitClusters } from './split-clusters.ts';
import { endedAt, type Trace, type TraceEnd, type TraceStep } from './trace.ts';
import { traceRoute } from './trace-route.ts';

/**
 * Follows a request through what a proxy has: listener, filter chain, virtual host, route, cluster, endpoints. It stops
 * where the way breaks, and says why.
 */
export function traceRequest(dump: EnvoyDump, question: TraceQuestion, regex: RegexTest): Trace {
  const { config } = dump;
  if (config?.listeners === undefined) return endedAt([], notInDump('where it goes: the dump has no listeners'));
  const found = findListener(config, question);
  if (found === undefined) return endedAt([], noListener(config, question));
  const connection = connectionOf(question, found);
  const chain = matchFilterChain(found.listener, connection);
  const steps = [listenerStep(found)];
  if (chain === undefined) return endedAt(steps, noFilterChain(found.listener, connection));
  return traceChain(chain, [...steps, chainStep(chain)], { dump, question, regex });
}

interface Asked {
  readonly dump: EnvoyDump;
  readonly question: TraceQuestion;
  readonly regex: RegexTest;
}

function traceChain(chain: EnvoyFilterChain, steps: readonly TraceStep[], { dump, question, regex }: Asked): Trace {
  const { target } = chain;
  switch (target.kind) {
    case 'tcp':
      return splitClusters(target.clusters, steps, dump);
    case 'inline':
      return traceRoute(target.routes, steps, { dump, question, regex });
    case 'rds': {
      const routes = dump.config?.routes?.find(({ name, state }) => name === target.routeName && state === 'active');
      if (routes !== undefined) return traceRoute(routes, steps, { dump, question, regex });
      return endedAt(steps, noRouteConfig(target.routeName, dump.config));
    }
    case 'other':
      return endedAt(steps, otherFilters(chain));
    default:
      return target satisfies never;
  }
}

function listenerStep({ listener, how }: FoundListener): TraceStep {
  return { kind: 'listener', name: listener.name, facts: [how] };
}

function chainStep(chain: EnvoyFilterChain): TraceStep {
  const facts = [chain.match === undefined ? 'takes what no other filter chain takes' : describeMatch(chain.match)];
  if ((chain.match?.sourceParts.length ?? 0) > 0) facts.push('only for some clients: where this one is was not asked');
  return { kind: 'filter chain', name: chain.name, facts };
}

/** What a sidecar offers another one, for HTTP and for anything else (Istio pilot/pkg/networking/util/util.go). */
const MTLS_PROTOCOLS = ['istio-http/1.1', 'istio', 'istio-peer-exchange'];

/** What the inspectors of a listener find out. */
function connectionOf(question: TraceQuestion, { address, listener }: FoundListener): TracedConnection {
  const { protocol, sni, port } = question;
  // A listener that something was redirected to takes what was meant for another port.
  const common = { port, address: listener.direction === 'INBOUND' ? undefined : address };
  if (protocol === 'mtls') {
    return { ...common, sni, transport: 'tls', applicationProtocols: MTLS_PROTOCOLS };
  }
  if (protocol === 'tls') return { ...common, sni, transport: 'tls', applicationProtocols: ['h2', 'http/1.1'] };
  const applicationProtocols = protocol === 'http' ? ['http/1.1'] : [];
  return { ...common, sni: '', transport: 'raw_buffer', applicationProtocols };
}

function noListener({ listeners = [], bootstrap }: EnvoyConfig, question: TraceQuestion): TraceEnd {
  const { port, direction } = question;
  const elsewhere = direction === 'inbound' ? undefined : boundElsewhere(listeners, question);
  if (elsewhere !== undefined) return elsewhere;
  const ports = [...new Set(listeners.flatMap(({ addresses }) => addresses.map((each) => each.port)))]
    .filter((each) => each !== undefined)
    .toSorted((one, other) => one - other);
  const gateway =
    bootstrap?.node.type === 'router' ? ' A gateway is asked by the port of its pod, not of its Service.' : '';
  const there = ports.length === 0 ? 'on none' : `on ${ports.slice(0, 20).join(', ')}`;
  const summary = `Nothing listens ${direction === 'inbound' ? 'for inbound connections' : `on port ${port}`}, only ${there}.${gateway}`;
  return { verdict: 'breaks', reason: 'no_listener', summary, next: 'meshladder config listeners' };
}

/** Something listens on the port, and not for this host. */
function boundElsewhere(listeners: readonly EnvoyListener[], { port, host }: TraceQuestion): TraceEnd | undefined {
  const there = listeners.flatMap(({ name, addresses, direction, state }) =>
    addresses
      .filter((each) => each.port === port)
      .map(({ address }) => ({ address, listener: name === '' ? '' : ` (${name})`, direction, state })),
  );
  const [first] = there;
  if (first === undefined) return undefined;
  const all = there.slice(0, 5).map(({ address, listener }) => `${address}${listener}`);
  const more = there.length > all.length ? ` and ${there.length - all.length} more` : '';
  const why = there.every(({ direction }) => direction === 'INBOUND')
    ? 'which takes inbound connections alone'
    : `and nothing shows that ${host} is there`;
  const summary = `On port ${port} only ${all.join(', ')}${more} listens, ${why}.`;
  return { verdict: 'breaks', reason: 'no_listener', summary, next: `meshladder config listeners --port ${port}` };
}

function noFilterChain(listener: EnvoyListener, connection: TracedConnection): TraceEnd {
  const next = `meshladder config listeners --port ${listener.addresses[0]?.port ?? connection.port}`;
  const secured = { ...connection, transport: 'tls', applicationProtocols: MTLS_PROTOCOLS } as const;
  const strict = connection.transport === 'raw_buffer' && matchFilterChain(listener, secured) !== undefined;
  const why = strict
    ? 'it takes TLS alone, as under PeerAuthentication STRICT, and the client speaks plaintext'
    : 'none of its filter chains takes such a connection';
  const summary = `Listener ${listener.name} closes the connection: ${why}.`;
  return { verdict: 'breaks', reason: 'no_filter_chain', flag: 'NR', summary, next };
}

function noRouteConfig(name: string, config: EnvoyConfig | undefined): TraceEnd {
  if (config?.routes === undefined) return notInDump('which route it takes: the dump has no routes');
  if (name === '') return notInDump('which route it takes: routes are chosen by scope');
  const summary = `The listener asks for route configuration ${name}, which the proxy does not have.`;
  return { verdict: 'breaks', reason: 'no_route_config', flag: 'NR', summary, next: 'istioctl proxy-status' };
}

function otherFilters({ filters }: EnvoyFilterChain): TraceEnd {
  const names = filters.slice(0, 10).join(', ') || 'none';
  return notInDump(`where it goes: the filter chain is neither HTTP nor a TCP proxy (filters: ${names})`);
}
