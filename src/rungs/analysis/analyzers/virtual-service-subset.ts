import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { serviceOfHost } from '../host-names.ts';
import { destinationsIn } from '../route-destinations.ts';
import type { World } from '../world.ts';

/** A VirtualService names a subset that no DestinationRule of the host defines. */
export const virtualServiceSubset: Analyzer = {
  codes: ['IST0101'],
  needs: ['virtualservices.networking.istio.io', 'destinationrules.networking.istio.io'],
  analyze(world, report) {
    const defined = definedSubsets(world);
    for (const object of world.config('virtualservices.networking.istio.io')) {
      for (const { host, subset, use } of destinationsIn(object)) {
        if (subset === '' || defined.has(`${serviceOfHost(host, object.namespace)} ${subset}`)) continue;
        const what = use === 'mirror' ? 'mirror+subset' : 'host+subset';
        report('IST0101', refOf(object), { what, name: `${host}+${subset}` });
      }
    }
  },
};

/** `namespace/service subset` of every DestinationRule. */
function definedSubsets(world: World): ReadonlySet<string> {
  const rules = world.config('destinationrules.networking.istio.io');
  return new Set(
    rules.flatMap(({ namespace, spec }) => {
      const service = serviceOfHost(textAt(spec, 'host'), namespace);
      return objectsAt(spec, 'subsets').map((subset) => `${service} ${textAt(subset, 'name')}`);
    }),
  );
}
