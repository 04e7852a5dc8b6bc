import { textAt, textsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { destinationOf } from '../hosts.ts';

/** A DestinationRule is for a host that nobody has. */
export const destinationRuleHost: Analyzer = {
  codes: ['IST0174'],
  needs: ['destinationrules.networking.istio.io', 'serviceentries.networking.istio.io', 'services'],
  analyze(world, report) {
    for (const object of world.config('destinationrules.networking.istio.io')) {
      const host = textAt(object.spec, 'host');
      const from = { namespace: object.namespace, exportTo: textsAt(object.spec, 'exportTo') };
      if (destinationOf(world, host, from) === undefined) report('IST0174', refOf(object), { host });
    }
  },
};
