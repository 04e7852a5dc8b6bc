import type { Config } from '../config/config.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { knownServices } from '../model/known-services.ts';
import { known } from '../model/observed.ts';
import type { Shard } from '../model/shard.ts';
import type { Traffic } from '../model/traffic.ts';
import type { Log } from '../runtime/log.ts';
import type { LogPlace } from '../sources/access-log/source.ts';
import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import type { Scheduler, Source } from '../sources/source.ts';
import { createLogFormat } from './access-log-format.ts';
import type { Mesh } from './mesh.ts';
import { ownPods } from './shard.ts';

/** The sidecars' logs, and what they must be told of the cluster. */
export interface AccessLogs {
  readonly source: Source<Traffic>;
  /** False while counters that a restart gave back may still be lower than a scrape before it said. */
  caughtUp(): boolean;
  /** Takes in services, which name what a line says only by address, and the mesh's log format. */
  clusterChanged(cluster: ClusterObjects): void;
}

export interface AccessLogOptions {
  readonly config: Config;
  readonly mesh: Mesh;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Absent where Kubernetes is off or not there: then formats and services are what files and configuration say. */
  readonly api: KubeApi | undefined;
  /** Of the API, only logs of its namespaces are followed. */
  readonly shard: Shard;
}

/**
 * Builds the access-log source, where the role and the configuration ask for it: agents and `all` read what their node
 * or the API has; `central` leaves files to the agents.
 */
export async function createAccessLogs(options: AccessLogOptions): Promise<AccessLogs | undefined> {
  const { config, mesh, scheduler, log, api } = options;
  const place = placeOf(options);
  if (place === undefined) return undefined;
  const [{ createTally }, { createHostTally }, { createAccessLogSource }] = await Promise.all([
    import('../sources/access-log/tally.ts'),
    import('../sources/access-log/host-tally.ts'),
    import('../sources/access-log/source.ts'),
  ]);
  // Only who sees EndpointSlices too can say which upstream hosts are gone.
  const withUpstreamHosts = api !== undefined;
  const tally = withUpstreamHosts ? createHostTally(createTally()) : createTally();
  const format = await createLogFormat({ config, tally, log, awaitsMesh: api !== undefined, withUpstreamHosts });
  const { checkpointDir } = config.accessLog;
  const source = createAccessLogSource({
    place,
    scanner: format.scanner,
    tally,
    scheduler,
    ...(checkpointDir !== undefined && { checkpointDir }),
  });
  const clusterChanged = (cluster: ClusterObjects): void => {
    const services = known(cluster.services);
    if (services !== undefined) tally.setServices(knownServices(services));
    format.clusterChanged(cluster);
  };
  clusterChanged(mesh.read().cluster);
  return {
    source: {
      ...source,
      run: async (context, signal) => {
        // Lines of a format that is not known yet would count as unparsed.
        await format.settled(signal);
        if (!signal.aborted) await source.run(context, signal);
      },
    },
    caughtUp: source.caughtUp,
    clusterChanged,
  };
}

function placeOf({ config: { role, accessLog }, api, mesh, shard }: AccessLogOptions): LogPlace | undefined {
  const { mode, root, container, maxStreams } = accessLog;
  if (mode === 'files' && role !== 'central') return { kind: 'files', root, container };
  if (mode !== 'api' || api === undefined) return undefined;
  const pods = ownPods(shard, () => mesh.read().cluster.pods);
  return { kind: 'api', api, container, maxStreams, pods };
}
