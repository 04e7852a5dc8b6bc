import { epochSeconds } from '../model/brand.ts';
import { known } from '../model/observed.ts';
import { DEFAULT_SETTINGS } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import { NO_HISTORY, POLLS_APART_SECONDS, type SyncHistory } from '../model/sync-history.ts';
import { NO_TRAFFIC } from '../model/traffic.ts';
import type { TrafficMarks } from '../model/traffic-marks.ts';
import type { Bundle } from '../sources/bundle/bundle.ts';
import { advanceHistory } from '../state/sync-history.ts';

/** The mesh as it was when the bundle was made, judged as one look at it: nothing is known of what was before. */
export function bundleSnapshot(bundle: Bundle, rootNamespace: string): MeshSnapshot {
  const { madeAt, controlPlane, cluster, traffic } = bundle;
  const snapshot: MeshSnapshot = {
    ...emptySnapshot(madeAt, { ...DEFAULT_SETTINGS, rootNamespace }),
    controlPlane,
    cluster,
    traffic,
    trafficMarks: marksOf(bundle),
  };
  return { ...snapshot, history: historyOf(snapshot) };
}

/**
 * What one look teaches. A proxy that no istiod lists is called missing by it, though it may only have been reconnecting:
 * a bug report is mostly made when something is wrong, and what is read of it says that this was one look. Whether a
 * proxy is behind is told by when its push was sent.
 */
function historyOf(snapshot: MeshSnapshot): SyncHistory {
  const controlPlane = known(snapshot.controlPlane);
  if (controlPlane === undefined) return NO_HISTORY;
  const at = snapshot.takenAt;
  const first = advanceHistory(NO_HISTORY, snapshot, epochSeconds(at - POLLS_APART_SECONDS));
  const absent = new Map([...first.proxies].filter(([, { absentSince }]) => absentSince !== undefined));
  if (absent.size === 0) return advanceHistory(NO_HISTORY, snapshot, at);
  const again: MeshSnapshot = {
    ...snapshot,
    controlPlane: { state: 'fresh', at, value: { ...controlPlane, poll: 2 } },
  };
  return advanceHistory({ ...first, proxies: absent }, again, at);
}

/** Nothing was counted before the oldest line. */
function marksOf({ logged }: Bundle): TrafficMarks {
  if (logged === undefined) return [];
  return [{ at: logged.since, traffic: NO_TRAFFIC, config: logged.config }];
}
