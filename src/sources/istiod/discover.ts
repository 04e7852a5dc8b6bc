import type { ObjectMap } from '../../model/cluster.ts';
import type { Istiod } from '../../model/control-plane.ts';
import { compareText } from '../../model/text-order.ts';
import type { Pod } from '../../model/workload.ts';
import type { PodPort } from '../pod-port.ts';

/** An istiod and where to ask it. */
export interface IstiodTarget {
  readonly istiod: Istiod;
  /** `http://HOST:PORT`, with the path prefix of a fixed URL. */
  readonly base: string;
  /** Changes when the process behind the name is another one. */
  readonly identity: string;
  /** Its debug port, where it is a pod that Kubernetes told us of. */
  readonly port?: PodPort;
  /** Where it speaks xDS. */
  readonly xds: XdsAddress;
}

/** Where an istiod speaks xDS over TLS, and whom to expect there. */
export interface XdsAddress {
  /** `HOST:PORT`. */
  readonly address: string;
  /** One of the names that its certificate holds (Istio pilot/pkg/bootstrap/server.go, getDNSNames). */
  readonly serverName: string;
  /** Where it runs. */
  readonly namespace: string;
  /** The same port of its pod, where Kubernetes told us of it. */
  readonly port?: PodPort;
  /** Whose port it is, where the address is but one of this machine that leads there. */
  readonly forwardedTo?: string;
}

/** What is decided of xDS for all istiods. */
export interface XdsPlaces {
  /** Of those that do not say. Default 15012. */
  readonly port?: number;
  /** Instead of `istiod.NAMESPACE.svc`. */
  readonly serverName?: string | undefined;
  /** Where istiods at fixed URLs run. Default `istio-system`. */
  readonly rootNamespace?: string;
}

const XDS_PORT = 15_012;
/** As the chart calls the container's port (Istio manifests/charts/istio-control/istio-discovery). */
const XDS_PORT_NAME = 'tls-xds';

/** istiod's monitoring port where the pod does not say (Istio manifests/charts/istio-control/istio-discovery). */
const MONITORING_PORT = 15_014;

/** Every istiod pod, of every revision, that can be asked: running, with an address, not on its way out. By name. */
export function discoverIstiods(pods: ObjectMap<Pod>, xds: XdsPlaces = {}): readonly IstiodTarget[] {
  const found = [...pods.values()].filter(isIstiod).sort(byName);
  const names = new Map<string, number>();
  for (const pod of found) names.set(pod.name, (names.get(pod.name) ?? 0) + 1);
  return found.flatMap((pod) => {
    return targetOf(pod, names.get(pod.name) === 1 ? pod.name : `${pod.name}.${pod.namespace}`, xds);
  });
}

/** Whether a pod is an istiod that can be asked. */
export function isIstiod(pod: Pod): boolean {
  return pod.labels['app'] === 'istiod' && pod.phase === 'Running' && !pod.terminating;
}

function byName(one: Pod, other: Pod): number {
  return compareText(one.namespace, other.namespace) || compareText(one.name, other.name);
}

/** @param name unique among the istiods, also where two namespaces use one pod name */
function targetOf(
  pod: Pod,
  name: string,
  { port: xdsPort = XDS_PORT, serverName }: XdsPlaces,
): readonly IstiodTarget[] {
  const [ip] = pod.ips;
  if (ip === undefined) return [];
  const startedAt = pod.startedAt ?? pod.createdAt;
  const istiod: Istiod = {
    name,
    namespace: pod.namespace,
    revision: pod.labels['istio.io/rev'] || 'default',
    ready: pod.ready,
    startedAt,
  };
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const port: PodPort = { namespace: pod.namespace, pod: pod.name, port: monitoringPortOf(pod) };
  const xdsOfPod = pod.ports.find(({ name: of }) => of === XDS_PORT_NAME)?.port ?? xdsPort;
  const xds: XdsAddress = {
    address: `${host}:${xdsOfPod}`,
    serverName: serverName ?? `istiod.${pod.namespace}.svc`,
    namespace: pod.namespace,
    port: { ...port, port: xdsOfPod },
  };
  return [{ istiod, base: `http://${host}:${port.port}`, identity: `${pod.uid}@${startedAt}`, port, xds }];
}

/** Where an istiod answers `/debug`. */
export function monitoringPortOf(pod: Pod): number {
  const port = Number(pod.annotations['prometheus.io/port']);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : MONITORING_PORT;
}

/**
 * Istiods at fixed URLs, each once. Kubernetes says nothing of them: no revision but `default`, no readiness.
 * @param urls `http(s)://HOST[:PORT][/PREFIX]`
 * @throws TypeError for what is no such URL; the config is checked before
 */
export function fixedIstiods(urls: readonly string[], xds: XdsPlaces = {}): readonly IstiodTarget[] {
  const { port: xdsPort = XDS_PORT, rootNamespace = 'istio-system' } = xds;
  const serverName = xds.serverName ?? `istiod.${rootNamespace}.svc`;
  const targets = new Map<string, IstiodTarget>();
  for (const url of urls) {
    const { protocol, hostname, port, pathname } = new URL(url);
    const prefix = pathname.replace(/\/+$/, '');
    const name = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}${prefix}`;
    const istiod: Istiod = { name, namespace: '', revision: 'default' };
    const place: XdsAddress = { address: `${hostname}:${xdsPort}`, serverName, namespace: rootNamespace };
    targets.set(name, { istiod, base: `${protocol}//${name}`, identity: name, xds: place });
  }
  return [...targets.values()];
}
