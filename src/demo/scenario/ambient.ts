import type { DemoMesh } from '../mesh/mesh.ts';
import { ISTIODS, proxyId, WORKLOADS } from '../mesh/workloads.ts';

/** What goes on in the mesh whatever the scenario: it never quite rests. */
export interface Ambient {
  stop(): void;
}

/** Seconds, divided by the speed. */
const FLAP_EVERY = 20;
const FLAP_LASTS = 7;
const VISIT_EVERY = 60;

/**
 * ratings-v1 is short of CPU: endpoints of bookinfo are pushed, everybody acknowledges at once, and it takes seconds.
 * So it flaps between STALE and SYNCED. And somebody runs istioctl now and then, whose own connection looks like a proxy.
 */
export function startAmbient(mesh: DemoMesh, speed: number): Ambient {
  const flapper = proxyId(WORKLOADS.ratings);
  const inBookinfo = ({ id }: { readonly id: string }): boolean => id.endsWith('.bookinfo');
  let late: NodeJS.Timeout | undefined;
  const flap = (): void => {
    mesh.control.setHeard(flapper, false);
    mesh.control.push(['eds'], inBookinfo);
    late = setTimeout(
      () => {
        mesh.control.setHeard(flapper, true);
        mesh.control.acknowledge(flapper);
      },
      (FLAP_LASTS * 1000) / speed,
    );
  };
  const timers = [
    setInterval(flap, (FLAP_EVERY * 1000) / speed),
    setInterval(() => mesh.control.visit(ISTIODS[0] ?? ''), (VISIT_EVERY * 1000) / speed),
  ];
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
      clearTimeout(late);
    },
  };
}
