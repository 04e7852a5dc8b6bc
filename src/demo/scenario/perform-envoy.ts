import type { Envoy } from '../envoy/envoys.ts';
import type { DemoMesh } from '../mesh/mesh.ts';
import { proxyId, WORKLOADS, type WorkloadName } from '../mesh/workloads.ts';
import type { Deed } from './deed.ts';

type EnvoyDeed = 'lose_pushes' | 'set_levels' | 'eject';
type Doers = { readonly [D in EnvoyDeed]: (deed: Extract<Deed, { do: D }>) => void };

/** Deeds that change an Envoy from inside. */
export function envoyDoers({ envoys }: Pick<DemoMesh, 'envoys'>): Doers {
  const of = (pod: WorkloadName): Envoy => {
    const found = envoys.of(proxyId(WORKLOADS[pod]));
    if (found === undefined) throw new Error(`${pod} has no Envoy`);
    return found;
  };
  return {
    lose_pushes: ({ pod, lost }) => of(pod).held.lose(lost),
    set_levels: ({ pod, levels }) => {
      const { loggers } = of(pod);
      loggers.reset();
      loggers.answer(new URLSearchParams(levels));
    },
    eject: ({ by, cluster, hosts }) => {
      const addresses = hosts.map((host) => WORKLOADS[host].ip);
      of(by).eject(cluster, addresses);
    },
  };
}
