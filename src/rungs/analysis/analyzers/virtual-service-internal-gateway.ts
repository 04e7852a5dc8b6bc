import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isInternalGateway, namedGateways } from '../gateway-names.ts';

/** A VirtualService names a gateway that Istio makes for itself. */
export const virtualServiceInternalGateway: Analyzer = {
  codes: ['IST0165'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    for (const object of world.config('virtualservices.networking.istio.io')) {
      for (const gateway of namedGateways(object).filter(isInternalGateway)) {
        report('IST0165', refOf(object), { gateway });
      }
    }
  },
};
