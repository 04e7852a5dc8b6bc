import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { hasSubsetPod, subsetsOf } from '../destination-subsets.ts';

/** A subset of a DestinationRule selects no pod at all. */
export const destinationRuleSubset: Analyzer = {
  codes: ['IST0173'],
  needs: ['destinationrules.networking.istio.io', 'serviceentries.networking.istio.io', 'services', 'pods'],
  analyze(world, report) {
    for (const object of world.config('destinationrules.networking.istio.io')) {
      for (const { name, labels } of subsetsOf(world, object)) {
        if (hasSubsetPod(world, labels) === false) report('IST0173', refOf(object), { subset: name });
      }
    }
  },
};
