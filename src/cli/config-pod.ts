import { selects } from '../model/label-selector.ts';
import type { LabelSelector } from '../model/network-policy.ts';
import { connectsByItself, isLeaving, proxyTypeOfPod } from '../model/proxy-pod.ts';
import { compareText } from '../model/text-order.ts';
import type { Pod } from '../model/workload.ts';
import { type KubeApi, KubeApiError, type RawObject } from '../sources/kubernetes/kube-api.ts';
import { listAll } from '../sources/kubernetes/list-all.ts';
import { mapPod } from '../sources/kubernetes/objects/pods.ts';
import { nearNames } from './config-near.ts';
import type { AskedPod, PodName } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';
import { withProgress } from './progress.ts';

/**
 * The pod that is meant, with an Envoy that can be asked. Where it is not the very pod that was named, stderr says which.
 * @throws UserError where there is none, or several; KubeApiError where the cluster does not tell
 */
export async function findPod(api: KubeApi, asked: AskedPod, io: Io): Promise<PodName> {
  const { name, namespace } = asked;
  const { pod, note } = await withProgress(io, `looking for ${name}.${namespace}`, () =>
    asked.of === 'pods' ? findByName(api, asked, io) : findByOwner(api, asked, io),
  );
  if (note !== undefined) io.stderr.write(`meshladder: ${name}.${namespace}: ${note}\n`);
  checkEnvoy(pod);
  return { pod: pod.name, namespace: pod.namespace };
}

interface FoundPod {
  readonly pod: Pod;
  /** Which one it is, where that is not what was said. */
  readonly note?: string;
}

async function findByName(api: KubeApi, asked: AskedPod, io: Io): Promise<FoundPod> {
  const exact = await getOrNone(api, `${podsPath(asked)}/${encodeURIComponent(asked.name)}`, io);
  if (exact !== undefined) return { pod: podOf(exact) };
  const there = await listPods(api, asked, {}, io);
  const meant = there.filter((pod) => !isLeaving(pod) && pod.name.startsWith(`${asked.name}-`));
  const [only] = meant;
  if (meant.length > 1) throw severalPods(asked, meant);
  if (only === undefined) throw await unknownPod(api, asked, there, io);
  return { pod: only, note: `that is ${only.name}` };
}

/** The first that is ready, by name: the same one each time. */
async function findByOwner(api: KubeApi, asked: AskedPod, io: Io): Promise<FoundPod> {
  const { of, name, namespace } = asked;
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${of}`;
  const owner = await getOrNone(api, `${path}/${encodeURIComponent(name)}`, io);
  if (owner === undefined) throw await unknownOwner(api, path, asked, io);
  const { selector = {} } = (owner['spec'] ?? {}) as { selector?: LabelSelector };
  const pods = await listPods(api, asked, selector, io);
  const running = pods.filter((pod) => !isLeaving(pod) && pod.phase === 'Running');
  const [first] = running.toSorted(
    (one, other) => Number(other.ready) - Number(one.ready) || compareText(one.name, other.name),
  );
  if (first === undefined) throw new UserError(`${of.slice(0, -1)} ${name}.${namespace} has no running pod`);
  return { pod: first, ...(running.length > 1 && { note: `looking at ${first.name}, one of ${running.length} pods` }) };
}

async function listPods(api: KubeApi, asked: AskedPod, selector: LabelSelector, io: Io): Promise<readonly Pod[]> {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const query = labels.length === 0 ? {} : { labelSelector: labels.join(',') };
  const pods = (await listAll(api, podsPath(asked), query, io.signal)).map(podOf);
  return pods.filter((pod) => selects(selector, pod.labels));
}

/** @throws UserError where the API server speaks of something else */
function podOf(raw: RawObject): Pod {
  try {
    return mapPod(raw);
  } catch (cause) {
    throw new UserError(`what the API server calls a pod is none: ${(cause as Error).message}`, { cause });
  }
}

async function getOrNone(api: KubeApi, path: string, { signal }: Io): Promise<RawObject | undefined> {
  try {
    return await api.get(path, signal);
  } catch (error) {
    if (error instanceof KubeApiError && error.reason.code === 'not_found') return undefined;
    throw error;
  }
}

function podsPath({ namespace }: AskedPod): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

function severalPods({ name, namespace }: AskedPod, meant: readonly Pod[]): UserError {
  const names = meant.map((pod) => `${pod.name}.${namespace}`).toSorted(compareText);
  return new UserError(`${name}.${namespace} may be any of ${names.length} pods; give one of${listed(names)}`);
}

async function unknownPod(api: KubeApi, asked: AskedPod, there: readonly Pod[], io: Io): Promise<UserError> {
  const { name, namespace } = asked;
  if (there.length === 0) return noPods(api, asked, io);
  const near = nearNames(
    name,
    there.map((pod) => pod.name),
  ).map((each) => `${each}.${namespace}`);
  const hint = near.length === 0 ? `; see kubectl -n ${namespace} get pods` : `; near it are${listed(near)}`;
  return new UserError(`there is no pod ${name} in namespace ${namespace}${hint}`);
}

/** A namespace that is not there has no pods either: the API does not tell the two apart. */
async function noPods(api: KubeApi, { name, namespace }: AskedPod, io: Io): Promise<UserError> {
  const names = await namesOf(api, '/api/v1/namespaces', io);
  if (names === undefined || names.includes(namespace))
    return new UserError(`there are no pods in namespace ${namespace}`);
  const near = nearNames(namespace, names).map((each) => `${name}.${each}`);
  const hint = near.length === 0 ? '' : `; near it are${listed(near)}`;
  return new UserError(`there is no namespace ${namespace}${hint}`);
}

async function unknownOwner(api: KubeApi, path: string, asked: AskedPod, io: Io): Promise<UserError> {
  const { of, name, namespace } = asked;
  const near = nearNames(name, (await namesOf(api, path, io)) ?? []).map(
    (each) => `${of.slice(0, -1)}/${each}.${namespace}`,
  );
  const hint = near.length === 0 ? `; see kubectl -n ${namespace} get ${of}` : `; near it are${listed(near)}`;
  return new UserError(`there is no ${of.slice(0, -1)} ${name} in namespace ${namespace}${hint}`);
}

/** Undefined where we may not see them: a hint only. */
async function namesOf(api: KubeApi, path: string, io: Io): Promise<readonly string[] | undefined> {
  try {
    const items = await listAll(api, path, {}, io.signal);
    return items.map((item) => String((item['metadata'] as { name?: unknown } | undefined)?.name ?? ''));
  } catch (error) {
    if (error instanceof KubeApiError) return undefined;
    throw error;
  }
}

const MAX_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length > MAX_LISTED ? [`and ${names.length - MAX_LISTED} more`] : [];
  return `:\n${[...names.slice(0, MAX_LISTED), ...more].map((name) => `  ${name}`).join('\n')}`;
}

/** @throws UserError where the pod has no Envoy, or one that cannot answer */
function checkEnvoy(pod: Pod): void {
  const name = `${pod.name}.${pod.namespace}`;
  if (pod.proxy === undefined) {
    throw new UserError(
      `${name} has no istio-proxy container: it is not in the mesh, or not by a sidecar; ask why with meshladder check ${name}`,
    );
  }
  if (proxyTypeOfPod(pod) === 'ztunnel')
    throw new UserError(`${name} is a ztunnel, which is no Envoy; use istioctl ztunnel-config`);
  if (!connectsByItself(pod))
    throw new UserError(`${name} runs an agent for gRPC without proxy: there is no Envoy in it`);
  if (!pod.proxy.running) {
    throw new UserError(
      `the istio-proxy of ${name} does not run (the pod is ${pod.phase}); see kubectl -n ${pod.namespace} describe pod ${pod.name}`,
    );
  }
}
