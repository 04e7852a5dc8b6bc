import type { EpochSeconds } from '../../../model/brand.ts';
import type { ContainerPort, Labels, Pod, ProxyContainer } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { meshAnnotations } from './annotations.ts';
import { containerFacts } from './containers.ts';
import { count, record, records, stringMap, text, timeOf } from './fields.ts';
import { controllerOf, createdAt, metadataOf } from './metadata.ts';
import { protocolOf } from './protocol.ts';

const PROXY = 'istio-proxy';
const PHASES: readonly Pod['phase'][] = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

/** Keeps what a rung reads of a pod, a small part of it. @throws Error when it has no name or time of creation */
export function mapPod(raw: RawObject): Pod {
  const metadata = metadataOf(raw);
  const spec = record(raw['spec']) ?? {};
  const status = record(raw['status']) ?? {};
  const owner = controllerOf(metadata);
  const node = text(spec['nodeName']);
  const proxy = proxyOf(spec, status);
  const startedAt = newestStart(status);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: text(metadata.raw['uid']) ?? '',
    labels: metadata.labels,
    annotations: podAnnotations(metadata.raw['annotations']),
    ips: ipsOf(status),
    hostNetwork: spec['hostNetwork'] === true,
    phase: PHASES.find((phase) => phase === status['phase']) ?? 'Unknown',
    ready: isReady(status),
    terminating: text(metadata.raw['deletionTimestamp']) !== undefined,
    createdAt: createdAt(metadata),
    serviceAccount: text(spec['serviceAccountName']) ?? 'default',
    ports: portsOf(spec),
    containers: containerFacts(spec),
    ...(node !== undefined && { node }),
    ...(owner !== undefined && { owner }),
    ...(proxy !== undefined && { proxy }),
    ...(startedAt !== undefined && { startedAt }),
  };
}

const MONITORING_PORT = 'prometheus.io/port';

/** Beside those of the mesh, the port where istiod is monitored. */
function podAnnotations(value: unknown): Labels {
  const port = stringMap(value)[MONITORING_PORT];
  return { ...meshAnnotations(value), ...(port !== undefined && { [MONITORING_PORT]: port }) };
}

function ipsOf(status: RawObject): string[] {
  const listed = records(status['podIPs']).flatMap(({ ip }) => (typeof ip === 'string' && ip !== '' ? [ip] : []));
  const single = text(status['podIP']);
  return listed.length > 0 || single === undefined || single === '' ? listed : [single];
}

function isReady(status: RawObject): boolean {
  return records(status['conditions']).some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

/** Ports of every container that serves while the pod runs; native sidecars are among the init containers. */
function portsOf(spec: RawObject): ContainerPort[] {
  const servers = [...records(spec['containers']), ...records(spec['initContainers']).filter(isNativeSidecar)];
  return servers.flatMap((container) => records(container['ports']).flatMap(portOf));
}

function portOf(raw: RawObject): ContainerPort[] {
  const port = count(raw['containerPort']);
  const name = text(raw['name']);
  if (port === undefined) return [];
  return [{ port, protocol: protocolOf(raw['protocol']), ...(name !== undefined && { name }) }];
}

function isNativeSidecar(container: RawObject): boolean {
  return container['restartPolicy'] === 'Always';
}

/**
 * Istio pkg/kube/inject/webhook.go: a container named istio-proxy, or an init container of that name that keeps
 * running.
 */
function proxyOf(spec: RawObject, status: RawObject): ProxyContainer | undefined {
  const isProxy = (container: RawObject): boolean => container['name'] === PROXY;
  const native = records(spec['initContainers']).some((container) => isProxy(container) && isNativeSidecar(container));
  if (!native && !records(spec['containers']).some(isProxy)) return undefined;
  const state = records(status[native ? 'initContainerStatuses' : 'containerStatuses']).find(isProxy);
  const running = record(record(state?.['state'])?.['running']);
  const startedAt = timeOf(running?.['startedAt']);
  return {
    native,
    running: running !== undefined,
    restarts: count(state?.['restartCount']) ?? 0,
    ...(startedAt !== undefined && { startedAt }),
  };
}

function newestStart(status: RawObject): EpochSeconds | undefined {
  let newest: EpochSeconds | undefined;
  for (const container of [...records(status['containerStatuses']), ...records(status['initContainerStatuses'])]) {
    const at = timeOf(record(record(container['state'])?.['running'])?.['startedAt']);
    if (at !== undefined && (newest === undefined || at > newest)) newest = at;
  }
  return newest;
}
