import { textsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { gatewayKey, gatewaysOf, isInternalGateway, namedGateways, servesAny } from '../gateway-names.ts';

/** A VirtualService has no host that its gateway takes requests of; a gateway that does not exist takes none. */
export const virtualServiceGatewayHost: Analyzer = {
  codes: ['IST0132'],
  needs: ['virtualservices.networking.istio.io', 'gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io'],
  analyze(world, report) {
    const gateways = gatewaysOf(world);
    for (const object of world.config('virtualservices.networking.istio.io')) {
      const hosts = textsAt(object.spec, 'hosts');
      for (const gateway of namedGateways(object).filter((each) => !isInternalGateway(each))) {
        const key = gatewayKey(gateway, object.namespace);
        if (servesAny(key, gateways, { namespace: object.namespace, hosts })) continue;
        report('IST0132', refOf(object), { hosts: hosts.join(', '), gateway });
      }
    }
  },
};
