import { parseClusterName } from '../../model/envoy-cluster-name.ts';
import type { EnvoyConfig } from '../../model/envoy-config.ts';
import type { EnvoyListener } from '../../model/envoy-listener.ts';
import type { TraceQuestion } from '../../model/envoy-trace-question.ts';
import { addressesOf, hostNames, isAddress } from './host-names.ts';

/** A listener, and how it came to be the one. */
export interface FoundListener {
  readonly listener: EnvoyListener;
  readonly how: string;
  /** Where the client connects to, as far as it can be told. */
  readonly address: string | undefined;
}

/**
 * The listener that gets a connection: redirected ones go to the listener of their original destination; of those, one
 * on that address comes before one on every address, and what has none stays where it was redirected to
 * (Envoy: `use_original_dst`).
 */
export function findListener(config: EnvoyConfig, question: TraceQuestion): FoundListener | undefined {
  const listeners = (config.listeners ?? []).filter(({ state }) => state === 'active' || state === 'static');
  return question.direction === 'inbound'
    ? findInbound(listeners, question)
    : findOutbound(config, listeners, question);
}

function findInbound(listeners: readonly EnvoyListener[], { port }: TraceQuestion): FoundListener | undefined {
  const inbound = listeners.filter(({ direction }) => direction === 'INBOUND');
  const own = inbound.find((listener) => isOn(listener, port));
  const listener = own ?? inbound.find(({ name }) => name === 'virtualInbound') ?? inbound[0];
  if (listener === undefined) return undefined;
  return {
    listener,
    address: undefined,
    how: own === undefined ? 'connections are redirected here' : `on port ${port}`,
  };
}

function findOutbound(
  config: EnvoyConfig,
  listeners: readonly EnvoyListener[],
  question: TraceQuestion,
): FoundListener | undefined {
  const names = hostNames(question.host, config.bootstrap?.node);
  const addresses = isAddress(question.host) ? new Set([question.host]) : addressesOf(names, config);
  const [address] = addresses;
  const onPort = listeners.filter((each) => each.direction !== 'INBOUND' && isOn(each, question.port));
  const exact = onPort.find((each) => each.addresses.some((one) => addresses.has(one.address)));
  if (exact !== undefined)
    return { listener: exact, address: exact.addresses[0]?.address, how: 'on the address of the host' };
  const named = onPort.find((each) => !isOnAny(each) && leadsTo(each, names));
  if (named !== undefined)
    return { listener: named, address: named.addresses[0]?.address, how: 'it leads to the host' };
  const any = onPort.find(isOnAny);
  if (any !== undefined) return { listener: any, address, how: `on every address, port ${question.port}` };
  const all = listeners.find((each) => each.direction !== 'INBOUND' && each.usesOriginalDst);
  return all === undefined ? undefined : { listener: all, address, how: `there is none for port ${question.port}` };
}

function isOn({ addresses }: EnvoyListener, port: number): boolean {
  return addresses.some((each) => each.port === port);
}

function isOnAny({ addresses }: EnvoyListener): boolean {
  return addresses.some(({ address }) => address === '0.0.0.0' || address === '::');
}

/** A service's own listener shows in where it leads: a cluster, or routes, of its name. */
function leadsTo({ filterChains }: EnvoyListener, names: ReadonlySet<string>): boolean {
  return filterChains.some(({ target }) => {
    if (target.kind === 'tcp') return target.clusters.some(({ name }) => names.has(parseClusterName(name).fqdn));
    return target.kind === 'rds' && names.has(target.routeName.replace(/:\d+$/, ''));
  });
}
