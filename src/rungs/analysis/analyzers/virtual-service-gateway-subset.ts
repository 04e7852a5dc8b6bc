import { keyOfObject } from '../../../model/cluster.ts';
import { objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import type { World } from '../world.ts';

/**
 * A VirtualService of a gateway routes to a host without a subset, while another divides that host into subsets: its
 * rules do not hold at the gateway, which goes by the first alone.
 */
export const virtualServiceGatewaySubset: Analyzer = {
  codes: ['IST0140'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    const dividers = hostDividers(world);
    for (const object of world.config('virtualservices.networking.istio.io')) {
      if (textsAt(object.spec, 'gateways').length === 0) continue;
      const whole = httpDestinations(object).filter(([, subset]) => subset === '');
      for (const [host] of whole) {
        const other = dividers.get(host);
        if (other !== undefined) report('IST0140', refOf(object), { host, other });
      }
    }
  },
};

/** The first VirtualService, by name, that has a host and routes it to its subsets. */
function hostDividers(world: World): ReadonlyMap<string, string> {
  const dividers = new Map<string, string>();
  for (const object of world.config('virtualservices.networking.istio.io')) {
    const own = new Set(textsAt(object.spec, 'hosts'));
    for (const [host, subset] of httpDestinations(object)) {
      if (subset === '' || !own.has(host) || dividers.has(host)) continue;
      dividers.set(host, keyOfObject(object));
    }
  }
  return dividers;
}

function httpDestinations({ spec }: ConfigObject): readonly (readonly [host: string, subset: string])[] {
  const routes = objectsAt(spec, 'http').flatMap((rule) => objectsAt(rule, 'route'));
  return routes.map(({ destination }) => [textAt(destination, 'host'), textAt(destination, 'subset')]);
}
