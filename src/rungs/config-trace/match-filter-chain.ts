import { isInCidr } from '../../model/cidr.ts';
import type { EnvoyFilterChain, EnvoyListener, FilterChainMatch } from '../../model/envoy-listener.ts';

/** A connection, as far as filter chains tell connections apart. */
export interface TracedConnection {
  readonly port: number;
  /** `undefined` where it cannot be told. */
  readonly address: string | undefined;
  readonly sni: string;
  readonly transport: 'tls' | 'raw_buffer';
  /** What ALPN offers, or what the HTTP inspector finds. */
  readonly applicationProtocols: readonly string[];
}

/** How well a match fits: higher is more specific, 0 fits anything, `undefined` does not fit. */
type Fit = (match: FilterChainMatch, connection: TracedConnection) => number | undefined;

/** In Envoy's order; each keeps the most specific of what is left, and none is gone back to (`FilterChainMatch`). */
const FITS: readonly Fit[] = [fitPort, fitAddress, fitServerName, fitTransport, fitProtocols, fitSource];

/** The filter chain that takes a connection; the default one where no other does. */
export function matchFilterChain(
  { filterChains }: EnvoyListener,
  connection: TracedConnection,
): EnvoyFilterChain | undefined {
  let left = filterChains.filter(({ match }) => match !== undefined);
  for (const fit of FITS) left = mostSpecific(left, (match) => fit(match, connection));
  return left[0] ?? filterChains.find(({ match }) => match === undefined);
}

function mostSpecific(
  chains: readonly EnvoyFilterChain[],
  fit: (match: FilterChainMatch) => number | undefined,
): EnvoyFilterChain[] {
  const fitting = chains.flatMap((chain) => {
    const how = chain.match === undefined ? undefined : fit(chain.match);
    return how === undefined ? [] : [{ chain, how }];
  });
  const best = fitting.reduce((most, { how }) => Math.max(most, how), 0);
  return fitting.filter(({ how }) => how === best).map(({ chain }) => chain);
}

function fitPort({ destinationPort }: FilterChainMatch, { port }: TracedConnection): number | undefined {
  if (destinationPort === undefined) return 0;
  return destinationPort === port ? 1 : undefined;
}

/** By the longest prefix; a chain for some addresses does not take a connection whose address is not known. */
function fitAddress({ prefixRanges }: FilterChainMatch, { address }: TracedConnection): number | undefined {
  if (prefixRanges.length === 0) return 0;
  const lengths = prefixRanges
    .filter((range) => address !== undefined && isInCidr(address, range))
    .map((range) => Number(range.slice(range.lastIndexOf('/') + 1)));
  return lengths.length === 0 ? undefined : 1 + Math.max(...lengths);
}

/** `a.b.c` before `*.b.c` before `*.c`. */
function fitServerName({ serverNames }: FilterChainMatch, { sni }: TracedConnection): number | undefined {
  if (serverNames.length === 0) return 0;
  const lengths = serverNames.map((name) => serverNameLength(name.toLowerCase(), sni)).filter((length) => length > 0);
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}

function serverNameLength(name: string, sni: string): number {
  if (name === sni && sni !== '') return Number.MAX_SAFE_INTEGER;
  return name.startsWith('*.') && sni.endsWith(name.slice(1)) ? name.length : 0;
}

function fitTransport({ transportProtocol }: FilterChainMatch, { transport }: TracedConnection): number | undefined {
  if (transportProtocol === '') return 0;
  return transportProtocol === transport ? 1 : undefined;
}

/** What the client offers first counts most. */
function fitProtocols(
  { applicationProtocols }: FilterChainMatch,
  { applicationProtocols: offered }: TracedConnection,
): number | undefined {
  if (applicationProtocols.length === 0) return 0;
  const at = offered.findIndex((each) => applicationProtocols.includes(each));
  return at < 0 ? undefined : offered.length - at;
}

/** Where the client is, is not asked: a chain for some clients is taken where there is no other. */
function fitSource({ sourceParts }: FilterChainMatch): number {
  return sourceParts.length === 0 ? 1 : 0;
}
