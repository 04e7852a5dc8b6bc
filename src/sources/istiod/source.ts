import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ObjectMap } from '../../model/cluster.ts';
import type { ControlPlane, IstiodAnswer } from '../../model/control-plane.ts';
import type { Observed } from '../../model/observed.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { Pod } from '../../model/workload.ts';
import type { PortForward } from '../pod-port.ts';
import type { PollReport, RbacNeed, Scheduler, Source, SourceContext } from '../source.ts';
import { discoverIstiods, fixedIstiods, type IstiodTarget, type XdsPlaces } from './discover.ts';
import { openWays } from './open-ways.ts';
import { createPoller } from './poll.ts';

/** Where istiods are found. */
export type IstiodDiscovery =
  | { readonly kind: 'static'; readonly urls: readonly string[] }
  /** Every pod labelled `app=istiod`, asked of the informer before each poll. */
  | { readonly kind: 'kubernetes'; readonly pods: () => Observed<ObjectMap<Pod>> };

export interface IstiodSourceOptions {
  readonly discovery: IstiodDiscovery;
  readonly scheduler: Scheduler;
  /** `fast` while something is unacknowledged or has just vanished: STALE may last only 10 s. */
  readonly pace: () => 'normal' | 'fast';
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
  /** For one istiod's whole answer. */
  readonly timeoutMs: number;
  /**
   * `http`, the debug port; `xds`, with a token and `caFile`; `auto`, HTTP and, where that is closed, xDS if there is a
   * `caFile`. Default `auto`.
   */
  readonly access?: 'auto' | 'http' | 'xds';
  /** PEM of the authority that signs istiods' certificates; read anew for each poll. */
  readonly caFile?: string | undefined;
  readonly xds?: XdsPlaces;
  /** Through the API server, to istiods whose pod addresses do not reach here. */
  readonly portForward?: PortForward | undefined;
  /** A projected service-account token with audience istio-ca; read anew for each poll. */
  readonly tokenFile?: string;
  /** Longest answer taken of one istiod; an istiod with 10,000 proxies sends 18 MB. Default 128 MiB. */
  readonly limitBytes?: number;
  /** Istiods asked at the same time. Default 8. */
  readonly concurrency?: number;
  /** Awaited before a poll is published: what publishing it will need, done with pauses for others. */
  readonly prepare?: (value: ControlPlane) => Promise<void>;
  /** 0..1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Exporters that started together drift apart by this share of an interval, so that istiod does not feel them as one. */
const JITTER = 0.1;
/** While the informer has not spoken yet there is nothing to poll; it mostly speaks within a second. */
const DISCOVERY_RETRY_MS = 1_000;

const FIND_ISTIODS: RbacNeed = {
  apiGroup: '',
  resource: 'pods',
  verbs: ['list', 'watch'],
  why: 'find every istiod pod, its address and revision',
};

/** What each istiod says of its proxies, poll by poll: `/debug/syncz` of every istiod pod. */
export function createIstiodSource(options: IstiodSourceOptions): Source<ControlPlane> {
  const { discovery } = options;
  return {
    name: 'istiod',
    rbac: discovery.kind === 'kubernetes' ? [FIND_ISTIODS] : [],
    run: (context, signal) => run(options, context, signal),
  };
}

async function run(
  options: IstiodSourceOptions,
  context: SourceContext<ControlPlane>,
  signal: AbortSignal,
): Promise<void> {
  const { discovery, scheduler, pace, random = Math.random } = options;
  const { clock, log } = context;
  const { tokenFile, concurrency = 8, xds } = options;
  const ways = openWays(options, clock);
  const poller = createPoller({ access: ways.access, clock, log, tokenFile, concurrency });
  const fixed = discovery.kind === 'static' ? fixedIstiods(discovery.urls, xds) : [];
  let poll = 0;
  let waits = false;

  const once = async (stop: AbortSignal): Promise<void> => {
    const found = discovery.kind === 'static' ? { targets: fixed } : targetsOf(discovery.pods(), xds);
    waits = found === 'pending';
    if (found === 'pending') return;
    if ('error' in found) return context.report({ ok: false, errors: [found.error] });
    const istiods = await poller.poll(found.targets, stop);
    poll++;
    const controlPlane: ControlPlane = { poll, istiods };
    // Taking it in is the longest piece of work there is: the end of reading it is not added to that.
    await nextTurn();
    await options.prepare?.(controlPlane);
    context.publish(controlPlane);
    context.report(reportOf(istiods));
  };
  const intervalMs = (): number => {
    const base = pace() === 'fast' ? options.fastIntervalMs : options.intervalMs;
    const wait = waits ? Math.min(DISCOVERY_RETRY_MS, options.fastIntervalMs) : base;
    return wait * (1 - JITTER + 2 * JITTER * random());
  };
  try {
    await scheduler.repeat('istiod', intervalMs, once, signal);
  } finally {
    await ways.close();
  }
}

/** No pods seen yet is not "no istiods": nothing is claimed until the informer has listed them. */
function targetsOf(
  pods: Observed<ObjectMap<Pod>>,
  xds: XdsPlaces | undefined,
): 'pending' | { readonly targets: readonly IstiodTarget[] } | { readonly error: SourceError } {
  if (pods.state === 'pending') return 'pending';
  return pods.state === 'failed' ? { error: pods.error } : { targets: discoverIstiods(pods.value, xds) };
}

/** Good when at least one istiod answered; rows that could not be read are told beside it. */
function reportOf(istiods: readonly IstiodAnswer[]): PollReport {
  const errors = istiods.length === 0 ? [NO_ISTIOD] : istiods.flatMap(errorsOf);
  return { ok: istiods.some(({ error }) => error === undefined), errors };
}

const NO_ISTIOD: SourceError = {
  code: 'not_found',
  detail: 'no istiod runs: no pod that is watched has the label app=istiod, is Running and has an address',
};

function errorsOf({ istiod, error, skippedRows = 0 }: IstiodAnswer): readonly SourceError[] {
  if (error !== undefined) return [error];
  const detail = `${istiod.name}: ${skippedRows} rows could not be read`;
  return skippedRows === 0 ? [] : [{ code: 'invalid', detail }];
}
