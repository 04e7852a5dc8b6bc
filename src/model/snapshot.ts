import type { MeshAnalysis } from './analysis-of-mesh.ts';
import type { AskedTraffic } from './asked-traffic.ts';
import type { EpochSeconds } from './brand.ts';
import { type ClusterObjects, NO_CLUSTER } from './cluster.ts';
import type { ConfigChanges } from './config-changes.ts';
import type { ControlPlane } from './control-plane.ts';
import type { EndpointChanges } from './endpoint-changes.ts';
import type { FindingsSince } from './findings-since.ts';
import type { GoneRequests } from './gone-requests.ts';
import type { Inspections } from './inspection.ts';
import { type Observed, PENDING } from './observed.ts';
import { DEFAULT_SETTINGS, type LadderSettings } from './settings.ts';
import type { SourceHealth } from './source-health.ts';
import { NO_HISTORY, type SyncHistory } from './sync-history.ts';
import type { Traffic } from './traffic.ts';
import type { TrafficMarks } from './traffic-marks.ts';
import type { VerboseSince } from './verbose-since.ts';

/** Everything known of the mesh at one moment, frozen. Rungs see this and nothing else: no client, no clock, no config. */
export interface MeshSnapshot {
  readonly takenAt: EpochSeconds;
  readonly settings: LadderSettings;
  readonly controlPlane: Observed<ControlPlane>;
  readonly cluster: ClusterObjects;
  readonly history: SyncHistory;
  readonly traffic: Observed<Traffic>;
  /** What Prometheus was asked of traffic; absent where nobody asks it. */
  readonly asked?: Observed<AskedTraffic>;
  readonly sources: readonly SourceHealth[];
  /** What `traffic` was a while ago; absent where nobody remembers, as in a single look. */
  readonly trafficMarks?: TrafficMarks;
  /** What analysis found; absent in a single look, where a rung that asks finds it out. */
  readonly analysis?: Observed<MeshAnalysis>;
  /** Since when each finding of analysis has stood; absent where nobody remembers. */
  readonly findingsSince?: FindingsSince;
  /** What looks into Envoys have told; absent where inspection is off. */
  readonly inspections?: Observed<Inspections>;
  /** Since when loggers have been verbose; absent where inspection is off. */
  readonly verboseSince?: VerboseSince;
  /** Which endpoints came and went lately; absent where nobody remembers, as in a single look. */
  readonly endpointChanges?: EndpointChanges;
  /** What was written to configuration lately; absent where nobody remembers, as in a single look. */
  readonly configChanges?: ConfigChanges;
  /** Requests to endpoints that are gone; absent where not both logs and EndpointSlices are followed. */
  readonly goneRequests?: GoneRequests;
}

/** The snapshot before any source has spoken. */
export function emptySnapshot(takenAt: EpochSeconds, settings: LadderSettings = DEFAULT_SETTINGS): MeshSnapshot {
  return {
    takenAt,
    settings,
    controlPlane: PENDING,
    cluster: NO_CLUSTER,
    history: NO_HISTORY,
    traffic: PENDING,
    sources: [],
  };
}
