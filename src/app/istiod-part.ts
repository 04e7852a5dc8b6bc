import type { ObjectMap } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { known } from '../model/observed.ts';
import type { Pod } from '../model/workload.ts';
import type { Log } from '../runtime/log.ts';
import type { PortForward } from '../sources/pod-port.ts';
import type { Source } from '../sources/source.ts';
import type { Mesh } from './mesh.ts';
import { createRenamedPolls } from './renamed-polls.ts';
import type { SharedIstiods } from './shared-istiods.ts';

/** Which istiods serve a cluster's proxies, and how what they say comes into its mesh. */
export interface IstiodPart {
  /** @param own polls the istiods of the cluster itself */
  source(own: Source<ControlPlane>): Source<ControlPlane>;
  /** Awaited before `own` publishes. */
  prepare(value: ControlPlane): Promise<void>;
  /** How the istiods of the cluster itself are polled; undefined: at their addresses. */
  readonly portForward: PortForward | undefined;
  /** Who holds its proxies now, for looks into them. */
  serving(): ServingIstiods;
}

export interface ServingIstiods {
  /** Among which the istiods are. */
  readonly pods: ObjectMap<Pod>;
  /** Undefined: they are reached at their addresses. */
  readonly portForward?: PortForward;
}

export interface HomeIstiodsOptions {
  readonly mesh: Mesh;
  readonly shared: SharedIstiods;
  readonly log: Pick<Log, 'warn'>;
}

/** Of the cluster in which the exporter is at home: it polls its own istiods, for others too. */
export function homeIstiods({ mesh, shared, log }: HomeIstiodsOptions): IstiodPart {
  const { meshCluster: cluster } = mesh.read().settings;
  const onOtherId = (called: string): void => {
    const remedy = 'set cluster.id to the id that istiods have, here and for agents, where clusters are one mesh';
    log.warn({ cluster, istiod: called }, `istiods call this cluster by another id than cluster.id; ${remedy}`);
  };
  const polls = createRenamedPolls({ cluster, objects: () => mesh.read().cluster, onOtherId });
  const prepare = async (value: ControlPlane): Promise<void> => mesh.prepareControlPlane(await polls.rename(value));
  return {
    source: (own) => polls.of(shared.own(own)),
    prepare: (value) => shared.prepare(value, prepare),
    portForward: undefined,
    serving: () => ({ pods: podsOf(mesh) }),
  };
}

/** Nobody as long as pods are not known. */
export function podsOf(mesh: Pick<Mesh, 'read'>): ObjectMap<Pod> {
  return known(mesh.read().cluster.pods) ?? new Map();
}
