import type { ClusterObjects } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { known } from '../model/observed.ts';
import type { SourceError } from '../model/source-error.ts';
import type { PortForward } from '../sources/pod-port.ts';
import type { Source, SourceContext } from '../sources/source.ts';
import { type IstiodPart, podsOf } from './istiod-part.ts';
import type { Mesh } from './mesh.ts';
import { pause } from './pause.ts';
import { createRenamedPolls } from './renamed-polls.ts';
import type { SharedIstiods } from './shared-istiods.ts';

export interface RemoteIstiodsOptions {
  /** What the cluster is called here. */
  readonly cluster: string;
  readonly mesh: Pick<Mesh, 'read' | 'prepareControlPlane'>;
  /** Of the cluster in which the exporter is at home. */
  readonly shared: SharedIstiods;
  readonly home: Pick<Mesh, 'read'>;
  /** To the cluster's own istiods; undefined: it is not switched on. */
  readonly portForward: PortForward | undefined;
  /** Between looks at whether a cluster has come to have istiods, or has none any more. */
  readonly lookEveryMs?: number;
}

/**
 * The istiods that serve a remote cluster: its own where it has some, as one primary among others, else those at home.
 * Its own are asked through its API server and in no other way: addresses of pods there may be those of others here, who
 * would be believed, and be shown our token.
 */
export function remoteIstiods(options: RemoteIstiodsOptions): IstiodPart {
  const { cluster, mesh, shared, home, portForward, lookEveryMs = 1000 } = options;
  const hasOwn = (): boolean | undefined => hasIstiods(mesh.read().cluster);
  const polls = createRenamedPolls({ cluster, objects: () => mesh.read().cluster });
  const prepare = async (value: ControlPlane): Promise<void> => mesh.prepareControlPlane(await polls.rename(value));
  const fromHome = shared.of(cluster, prepare);
  return {
    source: (polled) => {
      const own = portForward === undefined ? unreachable(lookEveryMs) : polled;
      return ownOrHome({ hasOwn, lookEveryMs, own: polls.of(own), fromHome: polls.of(fromHome) });
    },
    prepare,
    portForward,
    serving: () => {
      if (hasOwn() === false) return { pods: podsOf(home) };
      return portForward === undefined ? { pods: new Map() } : { pods: podsOf(mesh), portForward };
    },
  };
}

/** Undefined as long as pods are not known. An istiod that does not run is one all the same. */
export function hasIstiods({ pods, deployments }: ClusterObjects): boolean | undefined {
  const listed = known(pods);
  if (listed === undefined) return undefined;
  const candidates = [...listed.values(), ...(known(deployments)?.values() ?? [])];
  return candidates.some(({ labels }) => labels['app'] === 'istiod');
}

interface OwnOrHome {
  readonly hasOwn: () => boolean | undefined;
  readonly lookEveryMs: number;
  readonly own: Source<ControlPlane>;
  readonly fromHome: Source<ControlPlane>;
}

/** Whichever it is, for as long as it is. */
function ownOrHome(istiods: OwnOrHome): Source<ControlPlane> {
  return {
    name: 'istiod',
    rbac: istiods.own.rbac,
    run: async (context, signal) => {
      while (!signal.aborted) {
        const isOwn = istiods.hasOwn();
        if (isOwn === undefined) await pause(istiods.lookEveryMs, signal);
        else await whileTheyServe(isOwn, istiods, context, signal);
      }
    },
  };
}

/** @throws what the source fails with, and where it ends by itself */
async function whileTheyServe(
  isOwn: boolean,
  { hasOwn, own, fromHome, lookEveryMs }: OwnOrHome,
  context: SourceContext<ControlPlane>,
  signal: AbortSignal,
): Promise<void> {
  const turned = new AbortController();
  const until = AbortSignal.any([signal, turned.signal]);
  let hasTurned = false;
  const running = (isOwn ? own : fromHome).run(context, until).finally(() => turned.abort());
  // Whoever awaits it below is late where it fails at once.
  running.catch(() => {});
  while (!until.aborted && !hasTurned) {
    await pause(lookEveryMs, until);
    hasTurned = (hasOwn() ?? isOwn) !== isOwn;
  }
  turned.abort();
  await running;
  if (!hasTurned && !signal.aborted) throw new Error('istiods are asked no more, and nobody said to stop');
}

const NOT_SWITCHED_ON: SourceError = {
  code: 'denied',
  status: 403,
  detail:
    'the cluster has istiods of its own, which are asked through its API server; set remoteClusters.portForward: true, with the right to forward ports in their namespace',
};

function unreachable(everyMs: number): Source<ControlPlane> {
  return {
    name: 'istiod',
    rbac: [],
    run: async ({ report }, signal) => {
      while (!signal.aborted) {
        report({ ok: false, errors: [NOT_SWITCHED_ON] });
        await pause(10 * everyMs, signal);
      }
    },
  };
}
