import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterObjects, NO_CLUSTER, type ObjectMap } from '../model/cluster.ts';
import { CONFIG_KIND_NAMES } from '../model/config-kinds.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { homeCluster } from '../model/home-cluster.ts';
import { known, type Observed } from '../model/observed.ts';
import { proxyTable } from '../model/proxy-table.ts';
import { DEFAULT_SETTINGS } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import type { ConfigObject } from '../model/workload.ts';
import { systemClock } from '../runtime/clock.ts';
import { discoverIstiods, fixedIstiods, type IstiodTarget } from '../sources/istiod/discover.ts';
import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import type { PortForward } from '../sources/pod-port.ts';
import { advanceHistory } from '../state/sync-history.ts';
import type { CheckOptions } from './check-options.ts';
import type { Io } from './io.ts';
import { unreachableRemedy } from './istiod-remedy.ts';
import { portForwardOf, sayLeftOut, withKubeApi } from './kube-session.ts';
import { type SayProgress, withProgress } from './progress.ts';

/** Two polls are this far apart before one that is behind, or not listed, is called so. */
const POLLS_APART_MS = 3_500;

/** One look at a cluster, while it lasts. */
interface Look {
  readonly options: CheckOptions;
  readonly io: Io;
  readonly say: SayProgress;
  /** What could not be had, in words. */
  readonly notes: string[];
  /** Undefined within the cluster, and where URLs of istiods are given. */
  readonly portForward: PortForward | undefined;
}

/** Everything that one look at a cluster and its istiods tells, and nothing of what was before; traffic only from a Prometheus. */
export async function lookAtCluster(options: CheckOptions, io: Io): Promise<MeshSnapshot> {
  const notes: string[] = [];
  const snapshot = await withProgress(io, 'reading the cluster', (say) =>
    withKubeApi(options.origin, io, 'ask a running exporter with --server', async (api, access) => {
      const portForward = options.urls.length > 0 ? undefined : await portForwardOf(access);
      return lookAround(api, { options, io, say, notes, portForward });
    }),
  );
  for (const note of notes) io.stderr.write(`meshladder: ${note}\n`);
  return snapshot;
}

async function lookAround(api: KubeApi, look: Look): Promise<MeshSnapshot> {
  const { options, io, notes } = look;
  const cluster = await readCluster(api, options, io);
  notes.push(...unreadOf(cluster));
  const { rootNamespace } = options;
  const empty = emptySnapshot(systemClock.now(), { ...DEFAULT_SETTINGS, rootNamespace });
  const snapshot = await lookAtIstiods({ ...empty, cluster }, look);
  const remedy = unreachableRemedy('check', known(snapshot.controlPlane)?.istiods ?? []);
  if (remedy !== undefined && options.urls.length === 0) notes.push(remedy);
  return withTraffic(snapshot, look);
}

async function lookAtIstiods(empty: MeshSnapshot, look: Look): Promise<MeshSnapshot> {
  const targets = targetsOf(look.options, empty.cluster);
  if (targets === undefined) return empty;
  look.say('asking istiod');
  const first = polled(empty, await ask(targets, look));
  if (proxyTable(first).every(({ verdict }) => verdict === 'synced')) return first;
  // Many a proxy is only about to acknowledge, or to connect to another istiod.
  look.say('some proxies are behind: looking a second time');
  await sleep(POLLS_APART_MS, undefined, { signal: look.io.signal });
  return polled(first, await ask(targets, look));
}

/** With what agents have counted, where a Prometheus is named that tells. */
async function withTraffic(snapshot: MeshSnapshot, { options, io, say, notes }: Look): Promise<MeshSnapshot> {
  const { prometheus, timeoutMs } = options;
  if (prometheus === undefined) return snapshot;
  const { askTraffic } = await import('../sources/prometheus/ask-traffic.ts');
  const { AskPrometheusError } = await import('../sources/prometheus/ask-prometheus-error.ts');
  say('asking Prometheus');
  const asked = { ...prometheus, timeoutMs, meshCluster: homeCluster(snapshot) };
  try {
    const value = await askTraffic(asked, systemClock.now, io.signal);
    return { ...snapshot, takenAt: systemClock.now(), asked: { state: 'fresh', at: systemClock.now(), value } };
  } catch (error) {
    if (!(error instanceof AskPrometheusError)) throw error;
    notes.push(`--prometheus: ${error.message}`);
    return snapshot;
  }
}

/** Undefined where pods are not known, and so who is to be asked. */
function targetsOf({ urls }: CheckOptions, { pods }: ClusterObjects): readonly IstiodTarget[] | undefined {
  if (urls.length > 0) return fixedIstiods(urls);
  const seen = known(pods);
  return seen === undefined ? undefined : discoverIstiods(seen);
}

async function ask(targets: readonly IstiodTarget[], { options, io, portForward }: Look): Promise<ControlPlane> {
  const { askOnce } = await import('../sources/istiod/once.ts');
  const { tokenFile, timeoutMs } = options;
  return askOnce({ targets, portForward, tokenFile, timeoutMs, clock: systemClock, signal: io.signal });
}

/** The snapshot with one more poll taken in, as the exporter takes it in. */
function polled(before: MeshSnapshot, { istiods }: ControlPlane): MeshSnapshot {
  const at = systemClock.now();
  const poll = before.history.poll + 1;
  const controlPlane: Observed<ControlPlane> = { state: 'fresh', at, value: { poll, istiods } };
  const snapshot = { ...before, takenAt: at, controlPlane };
  return { ...snapshot, history: advanceHistory(before.history, snapshot, at) };
}

async function readCluster(api: KubeApi, { rootNamespace }: CheckOptions, io: Io): Promise<ClusterObjects> {
  const { createOneLook } = await import('../sources/kubernetes/one-look.ts');
  const { KINDS } = await import('../sources/kubernetes/kinds.ts');
  const look = createOneLook({ api, now: systemClock.now, signal: io.signal, onUnreadable: sayLeftOut(io) });
  const keys = Object.keys(CONFIG_KIND_NAMES);
  const lists = {
    namespaces: look.core(KINDS.namespaces, []),
    pods: look.core(KINDS.pods, []),
    services: look.core(KINDS.services, []),
    endpointSlices: look.core(KINDS.endpointSlices, []),
    networkPolicies: look.core(KINDS.networkPolicies, []),
    replicaSets: look.core(KINDS.replicaSets, []),
    deployments: look.core(KINDS.deployments, []),
    meshConfigs: look.core(KINDS.meshConfigs, [rootNamespace]),
    injectors: look.injectors(),
  };
  const configs = keys.map((key) => look.config(key));
  // All at once: one that fails must not leave the others without somebody who hears of it.
  await Promise.all([...Object.values(lists), ...configs]);
  const config = await Promise.all(configs);
  return {
    ...NO_CLUSTER,
    namespaces: await lists.namespaces,
    pods: await lists.pods,
    services: await lists.services,
    endpointSlices: await lists.endpointSlices,
    networkPolicies: await lists.networkPolicies,
    replicaSets: await lists.replicaSets,
    deployments: await lists.deployments,
    meshConfigs: await lists.meshConfigs,
    injectors: await lists.injectors,
    config: Object.fromEntries(keys.map((key, nth) => [key, config[nth] ?? { state: 'pending' }])),
  };
}

/** Each list that could not be read, with why. */
function unreadOf({ config, otherPolicyEngines: _, ...core }: ClusterObjects): readonly string[] {
  const lists: Readonly<Record<string, Observed<ObjectMap<unknown>> | Observed<ObjectMap<ConfigObject>>>> = {
    ...core,
    ...config,
  };
  return Object.entries(lists).flatMap(([name, observed]) =>
    observed.state === 'failed' ? [`${name}: ${observed.error.detail}`] : [],
  );
}
