import type { XdsTrust } from '../sources/istiod/xds-way.ts';
import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import type { PortForward } from '../sources/pod-port.ts';
import type { CheckOptions } from './check-options.ts';
import type { Io } from './io.ts';
import type { SayProgress } from './progress.ts';

/** One look at a cluster, while it lasts. */
export interface Look {
  readonly api: KubeApi;
  readonly options: CheckOptions;
  readonly io: Io;
  readonly say: SayProgress;
  /** What could not be had, in words. */
  readonly notes: string[];
  /** The way to istiods; undefined within the cluster, and where URLs of istiods are given. */
  readonly toIstiods: PortForward | undefined;
  /** By what istiods are known over xDS, and know who asks. */
  readonly trust: XdsTrust | undefined;
  /** The way to Envoys, whose admin port listens within the pod alone. */
  readonly toEnvoys: PortForward;
}
