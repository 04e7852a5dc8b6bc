import { setTimeout as sleep } from 'node:timers/promises';
import { rowsAsked } from '../model/asked-pods.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { known, type Observed } from '../model/observed.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { POLLS_APART_SECONDS } from '../model/sync-history.ts';
import { systemClock } from '../runtime/clock.ts';
import { discoverIstiods, fixedIstiods, type IstiodTarget } from '../sources/istiod/discover.ts';
import { advanceHistory } from '../state/sync-history.ts';
import type { Look } from './check-look.ts';
import type { CheckOptions } from './check-options.ts';

/** The snapshot with what istiods say, polled a second time only where the answer hangs on a proxy that is behind. */
export async function withIstiods(empty: MeshSnapshot, look: Look): Promise<MeshSnapshot> {
  const targets = istiodsOf(look.options, empty.cluster);
  if (targets === undefined) return empty;
  look.say('asking istiod');
  const first = polled(empty, await ask(targets, look));
  if (rowsAsked(first, look.options.about).every(({ verdict }) => verdict === 'synced')) return first;
  // Many a proxy is only about to acknowledge, or to connect to another istiod.
  look.say('some proxies are behind: looking a second time');
  await sleep(POLLS_APART_SECONDS * 1000, undefined, { signal: look.io.signal });
  return polled(first, await ask(targets, look));
}

/** Undefined where pods are not known, and so who is to be asked. */
function istiodsOf({ urls }: CheckOptions, { pods }: ClusterObjects): readonly IstiodTarget[] | undefined {
  if (urls.length > 0) return fixedIstiods(urls);
  const seen = known(pods);
  return seen === undefined ? undefined : discoverIstiods(seen);
}

async function ask(targets: readonly IstiodTarget[], { options, io, toIstiods, trust }: Look): Promise<ControlPlane> {
  const { askOnce } = await import('../sources/istiod/once.ts');
  const { access, timeoutMs } = options;
  const how = { portForward: toIstiods, tokenFile: access.tokenFile, access: access.wish, trust };
  return askOnce({ targets, ...how, timeoutMs, clock: systemClock, signal: io.signal });
}

/** The snapshot with one more poll taken in, as the exporter takes it in. */
function polled(before: MeshSnapshot, { istiods }: ControlPlane): MeshSnapshot {
  const at = systemClock.now();
  const poll = before.history.poll + 1;
  const controlPlane: Observed<ControlPlane> = { state: 'fresh', at, value: { poll, istiods } };
  const snapshot = { ...before, takenAt: at, controlPlane };
  return { ...snapshot, history: advanceHistory(before.history, snapshot, at) };
}
