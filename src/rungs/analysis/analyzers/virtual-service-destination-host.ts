import { textsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { destinationOf } from '../hosts.ts';
import { destinationsIn } from '../route-destinations.ts';

/** A VirtualService sends requests to a host that nobody has. */
export const virtualServiceDestinationHost: Analyzer = {
  codes: ['IST0101'],
  needs: ['virtualservices.networking.istio.io', 'serviceentries.networking.istio.io', 'services'],
  analyze(world, report) {
    for (const object of world.config('virtualservices.networking.istio.io')) {
      const from = { namespace: object.namespace, exportTo: textsAt(object.spec, 'exportTo') };
      for (const { host, use } of destinationsIn(object)) {
        if (destinationOf(world, host, from) !== undefined) continue;
        report('IST0101', refOf(object), { what: use === 'mirror' ? 'mirror host' : 'host', name: host });
      }
    }
  },
};
