import type { KnownServices } from '../../model/known-services.ts';
import { type RequestShape, UNKNOWN_DESTINATION } from '../../model/traffic.ts';
import { denialOf } from './denial.ts';
import { detailsClass } from './details.ts';
import { flagsOf } from './flags.ts';
import { type RawRequest, UNSET } from './raw-request.ts';
import { remembered } from './remembered.ts';
import type { StreamOrigin } from './scanner.ts';
import { readUpstreamCluster } from './upstream-cluster.ts';

/**
 * Says in bounded words what a line says. Every word comes from configuration or from a table: what a client chose, the
 * authority, only ever picks one of the services that are known. The direction is the upstream cluster's, so a gateway's
 * lines are outbound; a line that was sent nowhere (NR, NC, DPE) has none.
 */
export function shapeOf(
  raw: RawRequest,
  origin: Pick<StreamOrigin, 'namespace' | 'workload'>,
  services: KnownServices,
): RequestShape {
  const cluster = clusterOf(raw.upstreamCluster);
  const denial = denialOf(raw);
  return Object.freeze({
    proxyNamespace: origin.namespace,
    workload: origin.workload,
    direction: cluster.direction,
    destination: cluster.host ?? knownService(raw, origin.namespace, services) ?? UNKNOWN_DESTINATION,
    subset: cluster.subset,
    route: routeNamed(raw.route),
    responseCode: codeOf(raw.responseCode),
    flags: flagsOf(raw.flags),
    details: detailsClass(raw),
    ...(denial !== undefined && { denial }),
  });
}

const clusterOf = remembered(readUpstreamCluster);

/** Route names come from configuration; longer ones than this are not told apart. */
const MAX_ROUTE = 256;

/** A route's name as it may stand in a label or on a terminal: no control characters, no half characters. */
function routeOf(name: string): string {
  return name === UNSET
    ? ''
    : name
        .slice(0, MAX_ROUTE)
        .replace(/\p{Cc}/gu, '\uFFFD')
        .toWellFormed();
}

const routeNamed = remembered(routeOf);

function knownService(raw: RawRequest, namespace: string, services: KnownServices): string | undefined {
  const ip = ipOf(raw.downstreamLocalAddress);
  const byIp = ip === undefined ? undefined : services.byClusterIp(ip);
  return byIp ?? (raw.authority === UNSET ? undefined : services.byAuthority(raw.authority, namespace));
}

/** `10.96.0.1:8080` or `[fd00::1]:8080`. */
function ipOf(address: string): string | undefined {
  const [, v6, v4] = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15})):\d{1,5}$/.exec(address) ?? [];
  return v6 ?? v4;
}

/** 0 where no answer was sent, also where that is written as `-`. */
function codeOf(text: string): number {
  const code = Number(text);
  return Number.isInteger(code) && code >= 0 && code <= 999 ? code : 0;
}
