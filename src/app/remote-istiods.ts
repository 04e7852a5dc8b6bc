import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterObjects } from '../model/cluster.ts';
import { rowsRenamed } from '../model/clusters-of-rows.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { localCluster } from '../model/local-cluster.ts';
import { newestConnections } from '../model/newest-connections.ts';
import { known } from '../model/observed.ts';
import type { PortForward } from '../sources/pod-port.ts';
import type { Source, SourceContext } from '../sources/source.ts';
import type { IstiodPart } from './istiod-part.ts';
import type { Mesh } from './mesh.ts';
import type { SharedIstiods } from './shared-istiods.ts';

export interface RemoteIstiodsOptions {
  /** What the cluster is called here. */
  readonly cluster: string;
  readonly mesh: Pick<Mesh, 'read' | 'prepareControlPlane'>;
  /** Of the cluster in which the exporter is at home. */
  readonly shared: SharedIstiods;
  readonly home: Pick<Mesh, 'read'>;
  /** To the cluster's own istiods. */
  readonly portForward: PortForward | undefined;
}

/** How often it is looked whether a cluster has come to have istiods, or has none any more. */
const LOOK_EVERY_MS = 1000;

/** The istiods that serve a remote cluster: its own where it has some, as one primary among others, else those at home. */
export function remoteIstiods({ cluster, mesh, shared, home, portForward }: RemoteIstiodsOptions): IstiodPart {
  const hasOwn = (): boolean | undefined => hasIstiods(mesh.read().cluster);
  const renamed = renaming(cluster, () => mesh.read().cluster);
  const fromHome = shared.of(cluster, mesh.prepareControlPlane);
  return {
    source: (own) => either({ hasOwn, own: publishingAs(own, renamed), fromHome }),
    prepare: (value) => mesh.prepareControlPlane(renamed(value)),
    pods: () => (hasOwn() === false ? home : mesh).read().cluster.pods,
    portForward: () => (hasOwn() === false ? undefined : portForward),
  };
}

/** Undefined as long as pods are not known. An istiod that does not run is one all the same. */
export function hasIstiods({ pods, deployments }: ClusterObjects): boolean | undefined {
  const listed = known(pods);
  if (listed === undefined) return undefined;
  const candidates = [...listed.values(), ...(known(deployments)?.values() ?? [])];
  return candidates.some(({ labels }) => labels['app'] === 'istiod');
}

interface Either {
  readonly hasOwn: () => boolean | undefined;
  readonly own: Source<ControlPlane>;
  readonly fromHome: Source<ControlPlane>;
}

/** Whichever it is, for as long as it is. */
function either(istiods: Either): Source<ControlPlane> {
  return {
    name: 'istiod',
    rbac: istiods.own.rbac,
    run: async (context, signal) => {
      while (!signal.aborted) {
        const isOwn = istiods.hasOwn();
        if (isOwn === undefined) await pause(signal);
        else await whileTheyServe(isOwn, istiods, context, signal);
      }
    },
  };
}

async function whileTheyServe(
  isOwn: boolean,
  { hasOwn, own, fromHome }: Either,
  context: SourceContext<ControlPlane>,
  signal: AbortSignal,
): Promise<void> {
  const turned = new AbortController();
  const until = AbortSignal.any([signal, turned.signal]);
  const running = (isOwn ? own : fromHome).run(context, until).finally(() => turned.abort());
  while (!until.aborted && (hasOwn() ?? isOwn) === isOwn) await pause(until);
  turned.abort();
  await running;
}

type Renamed = (value: ControlPlane) => ControlPlane;

function publishingAs(source: Source<ControlPlane>, renamed: Renamed): Source<ControlPlane> {
  return {
    ...source,
    run: (context, signal) => source.run({ ...context, publish: (value) => context.publish(renamed(value)) }, signal),
  };
}

/**
 * Tells the cluster's proxies under the id that it has here: meshes that were installed each by itself all call their
 * cluster `Kubernetes`. The same poll comes to the same object.
 */
function renaming(cluster: string, objects: () => ClusterObjects): Renamed {
  let last: { readonly value: ControlPlane; readonly renamed: ControlPlane } | undefined;
  return (value) => {
    if (last?.value === value) return last.renamed;
    const called = localCluster(newestConnections(value, cluster), known(objects().pods), cluster);
    last = { value, renamed: called === cluster ? value : rowsRenamed(value, called, cluster) };
    return last.renamed;
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
}
