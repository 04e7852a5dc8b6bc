import { objectKey } from '../../model/cluster.ts';
import { known } from '../../model/observed.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import { proxyTable } from '../../model/proxy-table.ts';
import { recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { type RequestCount, UNKNOWN_DESTINATION } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { loggingIn } from '../response-flags/access-logging.ts';
import { inNamespace, membersWith, selectsPod, valuesOf } from '../scope.ts';
import { bindingOf, parentHosts } from './causes/bindings.ts';
import type { Caller } from './causes/cause.ts';
import { declaredIn } from './declared-weights.ts';
import { callerRows, countedFrom, destinationOf } from './observed-split.ts';
import type { Split } from './splits.ts';

/** Who sends to the hosts of a split, by its object's routes or past them. */
export interface Calls {
  readonly callers: readonly Caller[];
  readonly unaccounted: number;
}

export const NO_CALLS: Calls = Object.freeze({ callers: [], unaccounted: 0 });

/** What logs of the last minutes tell of those who call the hosts of an object. Nothing where nothing is known. */
export function callsOf(split: Split, object: ConfigObject, snapshot: MeshSnapshot): Calls {
  const from = countedFrom(split, snapshot);
  const recent = recentTraffic(snapshot, LONGEST_SECONDS, ({ at }) => at > from);
  if (recent === undefined) return NO_CALLS;
  const hosts = hostsOf(split, object);
  const callers = callersIn(recent.requests, { hosts, split, snapshot });
  return { callers, unaccounted: callers.length > 0 ? 0 : arrivedAt(hosts, recent.requests, snapshot) };
}

/** Hosts whose requests the object is to divide: a VirtualService's own, an HTTPRoute's parents. */
export function hostsOf({ object: { kind } }: Split, object: ConfigObject): readonly string[] {
  return kind === 'VirtualService' ? bindingOf(object).hosts : parentHosts(object);
}

interface Asked {
  readonly hosts: readonly string[];
  readonly split: Split;
  readonly snapshot: MeshSnapshot;
}

function callersIn(requests: readonly RequestCount[], { hosts, split, snapshot }: Asked): readonly Caller[] {
  const own = routesOf(split, snapshot);
  const counts = new Map<string, { own: number; past: number }>();
  for (const { shape, count } of hosts.flatMap((host) => membersWith(requests, host, destinationOf))) {
    const isTcp = shape.route === '' && shape.responseCode === 0;
    if (shape.direction !== 'outbound' || isTcp) continue;
    const key = `${shape.proxyNamespace}/${shape.workload}`;
    const sum = counts.get(key) ?? { own: 0, past: 0 };
    sum[own.has(shape.route) ? 'own' : 'past'] += count;
    counts.set(key, sum);
  }
  const callers = [...counts].flatMap(([key, sum]) => callerOf(key, sum, snapshot) ?? []);
  return callers.toSorted((one, other) => other.past - one.past);
}

/** A waypoint is nobody's client. */
function callerOf(
  key: string,
  sum: { readonly own: number; readonly past: number },
  snapshot: MeshSnapshot,
): Caller | undefined {
  const [namespace = '', workload = ''] = key.split('/');
  const types = new Set(callerRows(new Set([key]), snapshot).map(({ type }) => type));
  if (types.has('waypoint') || types.has('ztunnel')) return undefined;
  return { namespace, workload, kind: types.has('router') ? 'gateway' : 'sidecar', ...sum };
}

type Config = MeshSnapshot['cluster']['config'];
const routesOfConfig = new WeakMap<Config, ReadonlyMap<string, ReadonlySet<string>>>();

/** Every name under which routes of the object stand in logs. */
export function routesOf({ object }: Split, { cluster }: MeshSnapshot): ReadonlySet<string> {
  const known = routesOfConfig.get(cluster.config) ?? routesByObject(cluster.config);
  routesOfConfig.set(cluster.config, known);
  return known.get(keyOf({ object })) ?? new Set();
}

function routesByObject(config: Config): ReadonlyMap<string, ReadonlySet<string>> {
  const { weights, undecided } = declaredIn(config);
  const byObject = Map.groupBy([...weights, ...undecided], keyOf);
  return new Map([...byObject].map(([key, same]) => [key, new Set(same.map(({ route }) => route))]));
}

function keyOf({ object }: Pick<Split, 'object'>): string {
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/** Requests that the proxies of these services took in; 0 where not all proxies log what they send. */
function arrivedAt(hosts: readonly string[], requests: readonly RequestCount[], snapshot: MeshSnapshot): number {
  const servers = [...serversOf(hosts, snapshot)].flatMap((server) => membersWith(requests, server, workloadOf));
  const arrived = servers.filter(({ shape: { direction, destination } }) => {
    return direction === 'inbound' && (destination === UNKNOWN_DESTINATION || hosts.includes(destination));
  });
  const total = arrived.reduce((sum, { count }) => sum + count, 0);
  if (total === 0 || isOfOneNode(snapshot)) return 0;
  const modes = loggingIn(snapshot, proxyTable(snapshot));
  return [...modes].every((mode) => mode === 'on') ? total : 0;
}

/** Logs are read from one node's files, and there are others: who sent may well have logged it there. */
function isOfOneNode({ traffic, cluster }: MeshSnapshot): boolean {
  const isFromFiles = known(traffic)?.intake.some(({ source }) => source === 'files') ?? false;
  if (!isFromFiles) return false;
  const nodes = new Set((known(cluster.pods)?.values() ?? []).map(({ node }) => node));
  return nodes.size > 1;
}

function workloadOf({ shape }: RequestCount): string {
  return `${shape.proxyNamespace}/${shape.workload}`;
}

/** `namespace/workload`, as logs tell them. */
function serversOf(hosts: readonly string[], { cluster }: MeshSnapshot): ReadonlySet<string> {
  const [services, pods] = [known(cluster.services), known(cluster.pods)];
  if (services === undefined || pods === undefined) return new Set();
  const asked = hosts.flatMap((host) => {
    const [name = '', namespace = ''] = host.split('.');
    return services.get(objectKey(namespace, name)) ?? [];
  });
  const members = asked.flatMap((service) =>
    inNamespace(valuesOf(pods), service.namespace).filter((pod) => !isLeaving(pod) && selectsPod(service, pod)),
  );
  return new Set(members.map(({ namespace, name }) => `${namespace}/${workloadOfPodName(name)}`));
}
