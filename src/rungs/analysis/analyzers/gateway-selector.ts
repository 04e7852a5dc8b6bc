import { labelsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { podsWith, selectorText } from '../pods.ts';

/** A Gateway selects no pod of any namespace. */
export const gatewaySelector: Analyzer = {
  codes: ['IST0101'],
  needs: ['gateways.networking.istio.io', 'pods'],
  analyze(world, report) {
    for (const object of world.config('gateways.networking.istio.io')) {
      const selector = labelsAt(object.spec, 'selector');
      if (podsWith(world, selector).length > 0) continue;
      report('IST0101', refOf(object), { what: 'selector', name: selectorText(selector) });
    }
  },
};
