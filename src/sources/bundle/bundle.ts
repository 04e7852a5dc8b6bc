import type { AnalysisFinding } from '../../model/analysis.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import type { ControlPlane } from '../../model/control-plane.ts';
import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { Observed } from '../../model/observed.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { BundleLimits } from './entry.ts';
import type { SavedPod } from './entry-role.ts';
import type { BundleNote } from './notes.ts';

/** What a bundle tells, all of it true of the time it was made. */
export interface Bundle {
  readonly madeAt: EpochSeconds;
  readonly cluster: ClusterObjects;
  readonly controlPlane: Observed<ControlPlane>;
  readonly traffic: Observed<Traffic>;
  /** Of the oldest line of a log, with the configuration that is known to have been in force then. */
  readonly logged?: { readonly since: EpochSeconds; readonly config: ClusterObjects['config'] };
  /** What `istioctl analyze` found; absent where it is not in the bundle. */
  readonly analysis?: readonly AnalysisFinding[];
  readonly contents: BundleContents;
  /** What is of no use, and why. */
  readonly notes: readonly BundleNote[];
}

/** How much of everything there is. */
export interface BundleContents {
  readonly entries: number;
  readonly objects: number;
  readonly istiods: number;
  readonly proxies: number;
  readonly proxyLogs: number;
  readonly configDumps: number;
  /** Of istioctl, where it says so. */
  readonly istioctlVersion?: string;
}

/** What one Envoy had answered. */
export interface SavedEnvoy {
  readonly pod: SavedPod;
  readonly dump: EnvoyDump;
}

export interface ReadBundleOptions {
  readonly signal: AbortSignal;
  readonly limits?: BundleLimits;
  /** When it was made, where one knows better than the bundle. */
  readonly madeAt?: EpochSeconds;
  /** Called with what each Envoy had answered, one after the other: all of them at once may not fit. */
  readonly onEnvoy?: (look: SavedEnvoy, cluster: ClusterObjects) => void;
  /** Called for each entry, for those who wait. */
  readonly onEntry?: (path: string) => void;
}
