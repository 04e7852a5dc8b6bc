import { objectKey } from '../../../model/cluster.ts';
import { eachInSteps } from '../../../model/steps.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { hasSubsetPod, type Subset, subsetsOf } from '../destination-subsets.ts';
import { isEmpty } from '../pods.ts';
import type { World } from '../world.ts';

/** A subset of a DestinationRule selects pods, but none that its service has. */
export const destinationRuleSubsetElsewhere: Analyzer = {
  codes: ['ML0004'],
  needs: ['destinationrules.networking.istio.io', 'serviceentries.networking.istio.io', 'services', 'pods'],
  analyze(world, report) {
    return eachInSteps(world.config('destinationrules.networking.istio.io'), (object) => {
      for (const subset of subsetsOf(world, object)) {
        const service = servedElsewhere(world, subset);
        if (service !== undefined) report('ML0004', refOf(object), { subset: subset.name, service });
      }
    });
  },
};

/** The service that has none of the pods of its subset. */
function servedElsewhere(world: World, { labels, destination }: Subset): string | undefined {
  const { service } = destination;
  // Without a selector somebody else keeps the endpoints, and nobody knows the pods.
  if (service?.selector === undefined || isEmpty(service.selector)) return undefined;
  const { namespace, name, selector } = service;
  const isElsewhere = hasSubsetPod(world, labels) && hasSubsetPod(world, labels, { namespace, selector }) === false;
  return isElsewhere ? objectKey(namespace, name) : undefined;
}
