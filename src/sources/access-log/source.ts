import type { ObjectMap } from '../../model/cluster.ts';
import type { Observed } from '../../model/observed.ts';
import type { Traffic } from '../../model/traffic.ts';
import type { Pod } from '../../model/workload.ts';
import type { KubeApi } from '../kubernetes/kube-api.ts';
import type { RbacNeed, Scheduler, Source } from '../source.ts';
import { followFiles } from './follow-files.ts';
import { followPods } from './follow-pods.ts';
import type { LogScanner } from './scanner.ts';
import type { TallyStore } from './tally.ts';

/** Where logs are read: from the files of this node, or from the Kubernetes API, pod by pod. */
export type LogPlace =
  | { readonly kind: 'files'; readonly root: string; readonly container: string }
  | {
      readonly kind: 'api';
      readonly api: KubeApi;
      readonly container: string;
      /** Logs followed at once; the API server keeps a connection and a kubelet a process for each. */
      readonly maxStreams: number;
      readonly pods: () => Observed<ObjectMap<Pod>>;
    };

export interface AccessLogSourceOptions {
  readonly place: LogPlace;
  /** Asked for each piece of a log: the format may become known later, and change. */
  readonly scanner: () => LogScanner;
  readonly tally: TallyStore;
  readonly scheduler: Scheduler;
  /** A folder of ours alone that survives restarts. Without it counting begins anew with each start. */
  readonly checkpointDir?: string;
  /** Between two looks. Default 1 s. */
  readonly intervalMs?: number;
}

/** What the sidecars' logs say, as counts. */
export interface AccessLogSource extends Source<Traffic> {
  /**
   * False from the start until everything that was there then has been read: before that, counters that a checkpoint
   * gave back may be lower than what the last scrape before the restart saw. True at once where nothing is given back.
   */
  caughtUp(): boolean;
}

const DEFAULT_INTERVAL_MS = 1000;

/** What following logs through the API needs; files need nothing. */
export const LOG_API_RBAC: readonly RbacNeed[] = [
  {
    apiGroup: '',
    resource: 'pods/log',
    verbs: ['get'],
    why: 'follow the access logs of sidecars and gateways',
  },
];

export function createAccessLogSource(options: AccessLogSourceOptions): AccessLogSource {
  const { place, tally, scheduler, checkpointDir, intervalMs = DEFAULT_INTERVAL_MS } = options;
  // Asked for anew with each call: what is given to one scanner is never left in it.
  const scanner: LogScanner = {
    room: (minBytes) => options.scanner().room(minBytes),
    scan: (origin, length) => options.scanner().scan(origin, length),
  };
  const needs = { scanner, tally, scheduler, checkpointDir, intervalMs };
  const follow = place.kind === 'files' ? followFiles(place, needs) : followPods(place, needs);
  return { name: 'access_log', rbac: place.kind === 'api' ? LOG_API_RBAC : [], ...follow };
}
