import { CLUSTER_DOMAIN } from '../../model/cluster-domain.ts';
import { LATELY_SECONDS } from '../../model/gone-requests.ts';
import { known } from '../../model/observed.ts';
import { type RecentTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { type SpecObject, specField, specObject, specObjects, specText } from '../../model/spec-fields.ts';
import type { RequestCount, RequestShape } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { hasStopped, quietFor, quietText } from '../quiet.ts';
import { serviceFqdn } from '../routes/service-name.ts';
import { valuesOf } from '../scope.ts';
import { counted, firstOf, shellWord, shortHost, span } from '../wording.ts';
import type { Trouble } from './trouble.ts';

/** Whether requests of a workload to a destination are asked about. */
export type IsAsked = (request: Pick<RequestShape, 'proxyNamespace' | 'workload' | 'destination'>) => boolean;

const DESTINATION_RULES = 'destinationrules.networking.istio.io';
/** Envoy's flag for a request that a circuit breaker turned away. */
const OVERFLOW = 'UO';

/** Destinations whose circuit breaker has turned requests away lately, and who set its limits. */
export function overflows(snapshot: MeshSnapshot, isAsked: IsAsked): readonly Trouble[] {
  const traffic = recentTraffic(snapshot, LONGEST_SECONDS);
  const turnedAway = (traffic?.requests ?? []).filter((each) => isTurnedAway(each) && isAsked(each.shape));
  const byDestination = Map.groupBy(turnedAway, ({ shape }) => shape.destination);
  return [...byDestination].flatMap(([destination, requests]) => {
    const sent = sentTo(destination, isAsked);
    const quiet = quietFor(snapshot, {
      happened: (recent) => sum(sent(recent).filter(isTurnedAway)),
      occasions: (recent) => sum(sent(recent)),
    });
    const count = sum(requests);
    if (traffic === undefined || hasStopped(quiet, { count, total: sum(sent(traffic)) })) return [];
    const limiting = limitingRules(snapshot, destination);
    const [first] = limiting;
    const names = limiting.map(({ namespace, name }) => `DestinationRule ${namespace}/${name}`);
    const by = first === undefined ? 'no DestinationRule sets limits' : `${firstOf(names)} sets the limits`;
    return {
      text: `${counted(count, 'request')} to ${shortHost(destination)} turned away by its circuit breaker in ${span(traffic.seconds)} (UO)${quiet === undefined ? '' : `, ${quietText(quiet)}`}, ${by}`,
      evidence: [
        `UO: ${firstOf([...new Set(requests.map(({ shape }) => `${shape.workload}.${shape.proxyNamespace}`))])}`,
      ],
      ...(first && {
        next: `kubectl -n ${shellWord(first.namespace)} get destinationrule ${shellWord(first.name)} -o yaml`,
      }),
    };
  });
}

function isTurnedAway({ shape }: RequestCount): boolean {
  return shape.flags.includes(OVERFLOW);
}

function sentTo(destination: string, isAsked: IsAsked): (recent: RecentTraffic) => readonly RequestCount[] {
  return ({ requests }) => requests.filter(({ shape }) => shape.destination === destination && isAsked(shape));
}

function sum(requests: readonly RequestCount[]): number {
  return requests.reduce((all, { count }) => all + count, 0);
}

/** DestinationRules of the host that set a connection pool's limits, for all of it, a port or a subset. */
function limitingRules({ cluster }: MeshSnapshot, destination: string): readonly ConfigObject[] {
  const rules = known(cluster.config[DESTINATION_RULES] ?? { state: 'pending' });
  if (rules === undefined) return [];
  return valuesOf(rules).filter(({ spec, namespace }) => {
    const host = serviceFqdn(specText(specField(spec, 'host')) ?? '', namespace, CLUSTER_DOMAIN);
    const isOfHost = host.startsWith('*') ? destination.endsWith(host.slice(1)) : host === destination;
    return isOfHost && [spec, ...specObjects(specField(spec, 'subsets'))].some(setsLimits);
  });
}

function setsLimits(holder: SpecObject): boolean {
  const policy = specObject(specField(holder, 'trafficPolicy'));
  const ports = specObjects(specField(policy, 'portLevelSettings'));
  return [policy, ...ports].some((each) => specObject(specField(each, 'connectionPool')) !== undefined);
}

/** Requests that went lately to addresses that are no endpoints any more. */
export function goneEndpoints({ goneRequests, takenAt }: MeshSnapshot, isAsked: IsAsked): readonly Trouble[] {
  const lately = (goneRequests?.lately ?? []).filter(
    (host) => takenAt - host.lastAt <= LATELY_SECONDS && isAsked(host),
  );
  const byDestination = Map.groupBy(lately, ({ destination }) => destination);
  return [...byDestination].map(([destination, hosts]) => {
    const count = hosts.reduce((sum, host) => sum + host.count, 0);
    const addresses = [...new Set(hosts.map(({ address }) => address))];
    const callers = [...new Set(hosts.map(({ workload, proxyNamespace }) => `${workload}.${proxyNamespace}`))];
    const last = Math.max(...hosts.map(({ lastAt }) => lastAt));
    return {
      text: `${counted(count, 'request')} to ${shortHost(destination)} sent to ${firstOf(addresses)}, which no EndpointSlice has`,
      evidence: [`gone ${firstOf(addresses)}: requests of ${firstOf(callers)}, the last ${span(takenAt - last)} ago`],
      next: 'meshladder status',
    };
  });
}

/** What cannot be told of gone endpoints, if anything. */
export function untoldOfGone({ goneRequests }: MeshSnapshot): readonly string[] {
  if (goneRequests === undefined) return ['requests to gone endpoints: unknown: needs endpoints beside logs'];
  const { untold } = goneRequests;
  return untold === 0
    ? []
    : [`requests to gone endpoints: of ${counted(untold, 'request')} to more hosts than are kept apart, unknown`];
}
