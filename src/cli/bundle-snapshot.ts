import { known } from '../model/observed.ts';
import { DEFAULT_SETTINGS } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import { NO_HISTORY } from '../model/sync-history.ts';
import type { Traffic } from '../model/traffic.ts';
import type { TrafficMarks } from '../model/traffic-marks.ts';
import type { Bundle } from '../sources/bundle/bundle.ts';
import { advanceHistory } from '../state/sync-history.ts';

const NO_TRAFFIC: Traffic = { requests: [], proxyLogs: [], xdsStreamFailures: [], intake: [] };

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
  if (known(controlPlane) === undefined) return snapshot;
  return { ...snapshot, history: advanceHistory(NO_HISTORY, snapshot, madeAt) };
}

/** Nothing was counted before the oldest line. */
function marksOf({ logged }: Bundle): TrafficMarks {
  if (logged === undefined) return [];
  return [{ at: logged.since, traffic: NO_TRAFFIC, config: logged.config }];
}
