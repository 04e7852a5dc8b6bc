import { bodyObject, bodyText, type EnvoyBody } from './envoy-body.ts';
import type { FilterChainMatch } from './envoy-listener.ts';

/** Sets of protocols that Istio writes, by the names istioctl gives them. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http/1.0,http/1.1,h2c,istio-http/1.0,istio-http/1.1,istio-h2', 'HTTP TLS'],
  ['istio,istio-http/1.0,istio-http/1.1,istio-h2', 'Istio HTTP Plain'],
  ['istio-peer-exchange,istio', 'TCP TLS'],
  ['http/1.0,http/1.1,h2c', 'HTTP'],
]);

/**
 * What a filter chain takes, in istioctl's words (its column MATCH of proxy-config listener); `ALL` where it takes
 * anything.
 */
export function describeMatch(match: FilterChainMatch | undefined): string {
  if (match === undefined) return 'ALL';
  const { serverNames, transportProtocol, applicationProtocols } = match;
  const parts: string[] = [];
  if (serverNames.length > 0) parts.push(`SNI: ${serverNames.join(',')}`);
  if (transportProtocol !== '') parts.push(`Trans: ${transportProtocol}`);
  const protocols = applicationProtocols.join(',');
  if (protocols !== '') parts.push(`App: ${PROTOCOLS.get(protocols) ?? protocols}`);
  const destination = describeDestination(match);
  if (destination !== '') parts.push(`Addr: ${destination}`);
  return parts.length === 0 ? 'ALL' : parts.join('; ');
}

function describeDestination({ destinationPort, prefixRanges }: FilterChainMatch): string {
  const port = destinationPort === undefined ? '' : `:${destinationPort}`;
  if (prefixRanges.length > 0) return prefixRanges.join(',') + port;
  return port === '' ? '' : `*${port}`;
}

/** The path a route matches, in istioctl's words; headers are in the JSON. */
export function describePath(match: EnvoyBody): string {
  const prefix = bodyText(match, 'prefix');
  const separated = bodyText(match, 'path_separated_prefix');
  const path = bodyText(match, 'path');
  const regex = bodyText(bodyObject(match, 'safe_regex'), 'regex');
  const parts = [
    prefix === undefined ? '' : `${prefix}*`,
    separated === undefined ? '' : `PathPrefix:${separated}`,
    path ?? '',
    regex === undefined ? '' : `regex ${regex}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
