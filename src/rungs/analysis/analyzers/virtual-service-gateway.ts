import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { gatewayKey, gatewaysOf, isInternalGateway, namedGateways } from '../gateway-names.ts';

/** A VirtualService names a gateway that does not exist. */
export const virtualServiceGateway: Analyzer = {
  codes: ['IST0101'],
  needs: ['virtualservices.networking.istio.io', 'gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io'],
  analyze(world, report) {
    const { istio, kubernetes } = gatewaysOf(world);
    for (const object of world.config('virtualservices.networking.istio.io')) {
      for (const name of namedGateways(object).filter((each) => !isInternalGateway(each))) {
        const key = gatewayKey(name, object.namespace);
        if (!istio.has(key) && !kubernetes.has(key)) report('IST0101', refOf(object), { what: 'gateway', name });
      }
    }
  },
};
