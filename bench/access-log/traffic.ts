import { createRandom, createZipf, type Random } from '../random.ts';
import type { LoggedRequest } from './logged-request.ts';
import { type Outcome, pickOutcome } from './outcomes.ts';

const SERVICES = 150;
const NAMESPACES = ['bookinfo', 'payment', 'checkout', 'search', 'identity', 'shipping', 'catalog', 'media'] as const;
const SUBSETS = ['', 'v1', 'v2'] as const;
const ROUTES = ['default', 'canary', 'retry-budget'] as const;
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'] as const;
const PATHS = [
  '/',
  '/api/v1/items',
  '/api/v1/cart/items/recommended',
  '/healthz',
  '/v2/orders/search/by-customer',
  '/static/app.js',
  '/graphql',
  '/payments/authorize',
  '/users/profile/settings/notifications',
  '/inventory/stock',
] as const;
const USER_AGENTS = [
  'Go-http-client/1.1',
  'okhttp/4.12.0',
  'curl/8.5.0',
  'python-requests/2.31.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
] as const;
/** One line in fifty is TCP: databases and brokers. */
const TCP_SHARE = 0.02;
const START_MS = Date.UTC(2026, 7, 1, 9, 14, 3);

interface Service {
  readonly authority: string;
  readonly fqdn: string;
  readonly port: number;
  readonly clusterIp: string;
}

/** An endless stream of requests of one mesh: 150 services, Zipf by service, 3 % of the lines with a flag. */
export function createTraffic(seed: number): () => LoggedRequest {
  const random = createRandom(seed);
  const services = Array.from({ length: SERVICES }, (_, index) => makeService(index));
  const zipf = createZipf(random, services.length);
  let nowMs = START_MS;
  return () => {
    nowMs += random.below(3);
    const service = services[zipf()];
    if (service === undefined) throw new RangeError('the Zipf stream left its range');
    const startTime = new Date(nowMs).toISOString();
    return random.next() < TCP_SHARE ? tcp(random, service, startTime) : http(random, service, startTime);
  };
}

function makeService(index: number): Service {
  const namespace = NAMESPACES[index % NAMESPACES.length] ?? 'default';
  const name = `service-${String(index).padStart(3, '0')}`;
  const port = 8080 + (index % 3);
  return {
    authority: `${name}.${namespace}:${port}`,
    fqdn: `${name}.${namespace}.svc.cluster.local`,
    port,
    clusterIp: `10.96.${1 + (index >> 6)}.${1 + (index & 63)}`,
  };
}

function http(random: Random, service: Service, startTime: string): LoggedRequest {
  const outcome = pickOutcome(random);
  const inbound = random.next() < 0.3;
  return {
    startTime,
    method: random.pick(METHODS),
    path: `${random.pick(PATHS)}?id=${random.below(100_000)}`,
    protocol: random.next() < 0.8 ? 'HTTP/1.1' : 'HTTP/2',
    responseCode: outcome.code,
    responseFlags: outcome.flags,
    responseCodeDetails: outcome.details,
    ...(outcome.transport === undefined ? {} : { upstreamTransportFailureReason: outcome.transport }),
    bytesReceived: random.below(4) === 0 ? random.below(20_000) : 0,
    bytesSent: random.below(50_000),
    duration: random.below(400),
    ...(outcome.reachesUpstream ? { upstreamServiceTime: String(random.below(400)) } : {}),
    ...(random.below(4) === 0 ? { xForwardedFor: `203.0.113.${random.below(256)}` } : {}),
    userAgent: random.pick(USER_AGENTS),
    requestId: makeRequestId(random),
    authority: service.authority,
    ...(inbound ? inboundRoute(random, service, outcome) : outboundRoute(random, service, outcome)),
  };
}

type RouteFields = Pick<
  LoggedRequest,
  | 'upstreamHost'
  | 'upstreamCluster'
  | 'upstreamLocalAddress'
  | 'downstreamLocalAddress'
  | 'downstreamRemoteAddress'
  | 'requestedServerName'
  | 'routeName'
>;

function outboundRoute(random: Random, service: Service, outcome: Outcome): RouteFields {
  const local = podAddress(random);
  const downstream = {
    downstreamLocalAddress: `${service.clusterIp}:${service.port}`,
    downstreamRemoteAddress: `${local}:${port(random)}`,
  };
  if (!outcome.hasCluster) return downstream;
  return {
    ...downstream,
    upstreamCluster: `outbound|${service.port}|${random.pick(SUBSETS)}|${service.fqdn}`,
    ...(outcome.reachesUpstream
      ? { upstreamHost: `${podAddress(random)}:${service.port}`, upstreamLocalAddress: `${local}:${port(random)}` }
      : {}),
    routeName: random.pick(ROUTES),
  };
}

function inboundRoute(random: Random, service: Service, outcome: Outcome): RouteFields {
  const local = podAddress(random);
  const downstream = {
    downstreamLocalAddress: `${local}:${service.port}`,
    downstreamRemoteAddress: `${podAddress(random)}:${port(random)}`,
    requestedServerName: `outbound_.${service.port}_._.${service.fqdn}`,
  };
  if (!outcome.hasCluster) return downstream;
  return {
    ...downstream,
    upstreamHost: `${local}:${service.port}`,
    upstreamCluster: `inbound|${service.port}||`,
    upstreamLocalAddress: `127.0.0.6:${port(random)}`,
    routeName: 'default',
  };
}

function tcp(random: Random, service: Service, startTime: string): LoggedRequest {
  const failed = random.next() < 0.03;
  const local = podAddress(random);
  return {
    startTime,
    responseCode: 0,
    responseFlags: failed ? 'UF,URX' : '-',
    ...(failed ? { upstreamTransportFailureReason: 'delayed_connect_error:_Connection_refused' } : {}),
    bytesReceived: random.below(5000),
    bytesSent: random.below(50_000),
    duration: random.below(60_000),
    upstreamHost: `${podAddress(random)}:5432`,
    upstreamCluster: `outbound|5432||db-${service.fqdn}`,
    ...(failed ? {} : { upstreamLocalAddress: `${local}:${port(random)}` }),
    downstreamLocalAddress: `${service.clusterIp}:5432`,
    downstreamRemoteAddress: `${local}:${port(random)}`,
  };
}

function podAddress(random: Random): string {
  return `10.44.${random.below(40)}.${1 + random.below(250)}`;
}

function port(random: Random): number {
  return 32_768 + random.below(28_000);
}

function makeRequestId(random: Random): string {
  const hex = (digits: number): string =>
    random
      .below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
}
