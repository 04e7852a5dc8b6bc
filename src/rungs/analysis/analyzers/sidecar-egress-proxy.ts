import { hasAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

/** A Sidecar sends unknown traffic to an egress proxy, which is deprecated. */
export const sidecarEgressProxy: Analyzer = {
  codes: ['IST0002'],
  needs: ['sidecars.networking.istio.io'],
  analyze(world, report) {
    for (const object of world.config('sidecars.networking.istio.io')) {
      if (!hasAt(object.spec, 'outboundTrafficPolicy', 'egressProxy')) continue;
      report('IST0002', refOf(object), { what: 'outboundTrafficPolicy.egressProxy', instead: 'it has no successor' });
    }
  },
};
