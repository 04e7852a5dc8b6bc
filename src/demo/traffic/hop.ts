import { hostOf, SERVICES, type ServiceName } from '../mesh/services.ts';
import { WORKLOADS, type WorkloadName } from '../mesh/workloads.ts';
import type { AccessLine } from './access-line.ts';
import type { Chance } from './chance.ts';

/** A line, and the proxy that writes it. */
export interface LoggedLine {
  readonly pod: WorkloadName;
  readonly line: AccessLine;
}

/** One request from a pod to a service, as one sidecar sends it and another takes it. */
export interface Hop {
  readonly from: WorkloadName;
  readonly to: ServiceName;
  readonly subset?: string;
  /** The pod that is asked; absent when none was reached. */
  readonly target?: WorkloadName;
  readonly route?: string;
  readonly path: string;
  readonly method?: string;
  readonly userAgent?: string;
  readonly forwardedFor?: string;
  /** What the caller's proxy writes, where it is not a plain 200. */
  readonly client?: Partial<AccessLine>;
  /** What the other's proxy writes; `none`: the request never came there. */
  readonly server?: Partial<AccessLine> | 'none';
}

const AGENTS = [
  'curl/8.5.0',
  'Go-http-client/1.1',
  'okhttp/4.12.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  'python-requests/2.31 (é)',
  // Written as it comes: a text line with quotes inside of quotes.
  'Mozilla/5.0 (X11; Linux x86_64) "quoted" agent',
] as const;

/** The two lines of one hop: the caller's first. */
export function hopLines(hop: Hop, startMs: number, chance: Chance): LoggedLine[] {
  const request = requestOf(hop, startMs, chance);
  const ports = { client: chance.between(33_000, 60_000), between: chance.between(33_000, 60_000) };
  const caller: LoggedLine = { pod: hop.from, line: { ...clientLine(hop, request, ports), ...hop.client } };
  if (hop.server === 'none' || hop.target === undefined) return [caller];
  const taken = { ...serverLine(hop, hop.target, request, ports), ...hop.server };
  return [caller, { pod: hop.target, line: taken }];
}

type Request = Pick<
  AccessLine,
  | 'startMs'
  | 'method'
  | 'path'
  | 'protocol'
  | 'code'
  | 'flags'
  | 'details'
  | 'received'
  | 'sent'
  | 'duration'
  | 'upstreamTime'
  | 'userAgent'
  | 'requestId'
  | 'authority'
>;

function requestOf(hop: Hop, startMs: number, chance: Chance): Request {
  const { namespace, name, ports } = SERVICES[hop.to];
  const duration = chance.between(1, 12);
  return {
    startMs,
    method: hop.method ?? 'GET',
    path: hop.path,
    protocol: 'HTTP/1.1',
    code: 200,
    flags: '-',
    details: 'via_upstream',
    received: 0,
    sent: chance.between(30, 900),
    duration,
    upstreamTime: duration,
    userAgent: hop.userAgent ?? chance.pick(AGENTS),
    requestId: chance.uuid(),
    authority: `${name}.${namespace}:${ports[0]?.port ?? 80}`,
  };
}

interface Ports {
  readonly client: number;
  readonly between: number;
}

function clientLine(
  { from, to, subset = '', target, route, forwardedFor }: Hop,
  request: Request,
  ports: Ports,
): AccessLine {
  const service = SERVICES[to];
  const port = service.ports[0]?.port ?? 80;
  const { ip } = WORKLOADS[from];
  const isGateway = WORKLOADS[from].proxy === 'router';
  return {
    ...request,
    ...(target !== undefined && {
      upstreamHost: `${WORKLOADS[target].ip}:${WORKLOADS[target].port}`,
      upstreamLocal: `${ip}:${ports.between}`,
    }),
    upstreamCluster: `outbound|${port}|${subset}|${hostOf(service)}`,
    downstreamLocal: isGateway ? `${ip}:8080` : `${service.clusterIp}:${port}`,
    downstreamRemote: isGateway ? `203.0.113.${1 + (ports.client % 250)}:${ports.client}` : `${ip}:${ports.client}`,
    ...(forwardedFor !== undefined && { forwardedFor }),
    ...(route !== undefined && { route }),
  };
}

function serverLine(hop: Hop, target: WorkloadName, request: Request, ports: Ports): AccessLine {
  const { ip, port } = WORKLOADS[target];
  const servicePort = SERVICES[hop.to].ports[0]?.port ?? port;
  return {
    ...request,
    upstreamHost: `${ip}:${port}`,
    upstreamCluster: `inbound|${port}||`,
    upstreamLocal: `127.0.0.6:${ports.client}`,
    downstreamLocal: `${ip}:${port}`,
    downstreamRemote: `${WORKLOADS[hop.from].ip}:${ports.between}`,
    sni: `outbound_.${servicePort}_.${hop.subset ?? ''}_.${hostOf(SERVICES[hop.to])}`,
    route: 'default',
  };
}
