import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterObjects } from '../../model/cluster.ts';
import type { Source, SourceContext } from '../source.ts';
import { type ApiGroups, createApiGroups } from './api-groups.ts';
import { type ClusterView, createClusterView } from './cluster-view.ts';
import { DEFAULT_TIMING, type InformerOutcome, type InformerTiming } from './informer-needs.ts';
import { KUBERNETES_RBAC, POLICY_ENGINE_GROUPS } from './kinds.ts';
import { type KubeApi, KubeApiError } from './kube-api.ts';
import { createListLog, type ListLog } from './list-log.ts';
import { createThrottle, type Throttle } from './throttle.ts';

export interface KubernetesSourceOptions {
  readonly api: KubeApi;
  /** Watch these alone, and Istio's root namespace; empty: all of them, which takes far fewer connections. */
  readonly namespaces: readonly string[];
  readonly rootNamespace: string;
  /** 0 up to 1, for jitter; default `Math.random`. */
  readonly random?: () => number;
  readonly timing?: Partial<InformerTiming>;
  /** Snapshots come at most this often. */
  readonly publishEveryMs?: number;
}

const MANY_NAMESPACES = 20;

/** Watches the cluster, and publishes what is known of it whenever that changed. */
export function createKubernetesSource(options: KubernetesSourceOptions): Source<ClusterObjects> {
  return { name: 'kubernetes', rbac: KUBERNETES_RBAC, run: (context, signal) => run(options, context, signal) };
}

async function run(
  options: KubernetesSourceOptions,
  context: SourceContext<ClusterObjects>,
  signal: AbortSignal,
): Promise<void> {
  const timing: InformerTiming = { ...DEFAULT_TIMING, ...options.timing };
  // The istiods live there, whatever else we are confined to.
  const namespaces =
    options.namespaces.length === 0 ? [] : [...new Set([...options.namespaces, options.rootNamespace])];
  if (namespaces.length > MANY_NAMESPACES) {
    context.log.warn(
      { namespaces: namespaces.length },
      'many namespaces are watched one by one: watching all is cheaper',
    );
  }
  const groups = createApiGroups(options.api, timing.absentRetryMs / 3);
  const engines: Engines = { found: [] };
  const throttle = createThrottle(options.publishEveryMs ?? 1000, () => context.publish(view.read(engines.found)));
  const lists = createListLog(context.log);
  const view: ClusterView = createClusterView({
    api: options.api,
    groups,
    namespaces,
    rootNamespace: options.rootNamespace,
    timing,
    random: options.random ?? Math.random,
    now: () => context.clock.now(),
    changed: throttle.poke,
    outcome: createReporter(context, lists, () => view.isAnyCurrent()),
  });
  await Promise.all([view.run(signal), lookForEngines({ groups, engines, timing, throttle }, signal)]);
  throttle.stop();
  lists.stop();
}

/** Turns the outcomes of many lists into polls of one source: good as long as any kind that is served is current. */
function createReporter(
  { report, log }: SourceContext<ClusterObjects>,
  lists: ListLog,
  isAnyCurrent: () => boolean,
): (label: string, outcome: InformerOutcome) => void {
  return (label, outcome) => {
    if (outcome.kind === 'ok') {
      lists.ok(label);
      report({ ok: true, errors: [] });
      return;
    }
    if (outcome.kind === 'absent') {
      // No proof that the server is there, and no failure of it.
      lists.ok(label);
      return;
    }
    const { code: reason, detail } = outcome.error;
    if (outcome.kind === 'failed') lists.failed(label, outcome.error);
    else log.warn({ list: label, reason, detail }, 'kubernetes object cannot be read');
    report({ ok: isAnyCurrent(), errors: [outcome.error] });
  };
}

interface Engines {
  found: readonly string[];
}

interface EngineSearch {
  readonly groups: ApiGroups;
  readonly engines: Engines;
  readonly timing: InformerTiming;
  readonly throttle: Throttle;
}

/** Looks every few minutes whether another policy engine has come. What was found stays, until an answer says otherwise. */
async function lookForEngines({ groups, engines, timing, throttle }: EngineSearch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = timing.absentRetryMs;
    try {
      const names = await groups.names(signal);
      const found = POLICY_ENGINE_GROUPS.filter((group) => names.includes(group));
      if (!isDeepStrictEqual(found, engines.found)) {
        engines.found = Object.freeze(found);
        throttle.poke();
      }
    } catch (cause) {
      // The informers of the Istio kinds ask the same question, and report that it failed.
      if (!signal.aborted && !(cause instanceof KubeApiError)) throw cause;
      pauseMs = timing.retryCapMs;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
