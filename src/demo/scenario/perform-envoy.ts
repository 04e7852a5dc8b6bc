import type { Envoy } from '../envoy/envoy.ts';
import { SENT_TYPES } from '../istiod/control-plane.ts';
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

/** What istiod has sent has reached every proxy that is connected, whether or not istiod hears of it. */
export function reachConnected({ envoys, control, proxies }: Pick<DemoMesh, 'envoys' | 'control' | 'proxies'>): void {
  for (const { proxy } of proxies.values()) {
    const isConnected = control.connection(proxy.id) !== undefined;
    if (isConnected) envoys.deliver({ proxy, types: SENT_TYPES, push: control.version() });
  }
}
