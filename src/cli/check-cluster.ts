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
import { advanceHistory } from '../state/sync-history.ts';
import type { CheckOptions } from './check-options.ts';
import type { Io } from './io.ts';
import { withKubeApi } from './kube-session.ts';

/** Two polls are this far apart before one that is behind, or not listed, is called so. */
const POLLS_APART_MS = 3_500;

/** Everything that one look at a cluster and its istiods tells, and nothing of what was before; traffic only from a Prometheus. */
export async function lookAtCluster(options: CheckOptions, io: Io): Promise<MeshSnapshot> {
  const otherWays = 'ask a running exporter with --server';
  const cluster = await withKubeApi(options.origin, io, otherWays, (api) => readCluster(api, options, io));
  const { rootNamespace } = options;
  const empty = emptySnapshot(systemClock.now(), { ...DEFAULT_SETTINGS, rootNamespace });
  for (const line of unreadOf(cluster)) io.stderr.write(`meshladder: ${line}\n`);
  return withTraffic(await lookAtIstiods({ ...empty, cluster }, options, io), options, io);
}

async function lookAtIstiods(empty: MeshSnapshot, options: CheckOptions, io: Io): Promise<MeshSnapshot> {
  const targets = targetsOf(options, empty.cluster);
  if (targets === undefined) return empty;
  const first = polled(empty, await ask(targets, options, io));
  if (proxyTable(first).every(({ verdict }) => verdict === 'synced')) return first;
  // Many a proxy is only about to acknowledge, or to connect to another istiod.
  if (io.stderr.isTTY === true) io.stderr.write('meshladder: some proxies are behind; looking a second time\n');
  await sleep(POLLS_APART_MS, undefined, { signal: io.signal });
  return polled(first, await ask(targets, options, io));
}

/** With what agents have counted, where a Prometheus is named that tells. */
async function withTraffic(snapshot: MeshSnapshot, options: CheckOptions, io: Io): Promise<MeshSnapshot> {
  const { prometheus, timeoutMs } = options;
  if (prometheus === undefined) return snapshot;
  const { askTraffic } = await import('../sources/prometheus/ask-traffic.ts');
  const { AskPrometheusError } = await import('../sources/prometheus/ask-prometheus-error.ts');
  const asked = { ...prometheus, timeoutMs, meshCluster: homeCluster(snapshot) };
  try {
    const value = await askTraffic(asked, systemClock.now, io.signal);
    return { ...snapshot, takenAt: systemClock.now(), asked: { state: 'fresh', at: systemClock.now(), value } };
  } catch (error) {
    if (!(error instanceof AskPrometheusError)) throw error;
    io.stderr.write(`meshladder: --prometheus: ${error.message}\n`);
    return snapshot;
  }
}

/** Undefined where pods are not known, and so who is to be asked. */
function targetsOf({ urls }: CheckOptions, { pods }: ClusterObjects): readonly IstiodTarget[] | undefined {
  if (urls.length > 0) return fixedIstiods(urls);
  const seen = known(pods);
  return seen === undefined ? undefined : discoverIstiods(seen);
}

async function ask(targets: readonly IstiodTarget[], options: CheckOptions, io: Io): Promise<ControlPlane> {
  const { askOnce } = await import('../sources/istiod/once.ts');
  const { tokenFile, timeoutMs } = options;
  return askOnce({ targets, tokenFile, timeoutMs, clock: systemClock, signal: io.signal });
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
  const look = createOneLook({ api, now: () => systemClock.now(), signal: io.signal });
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
