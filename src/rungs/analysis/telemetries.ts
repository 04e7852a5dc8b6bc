import { hasAt, labelsAt } from '../../model/spec-paths.ts';
import { perWorld } from './per-world.ts';
import { isEmpty } from './pods.ts';
import type { PodPolicy } from './workload-policies.ts';
import type { World } from './world.ts';

/**
 * All of them by their selectors: as for istioctl, one that names a gateway or a service and has no selector is for its
 * whole namespace, and one whose selector asks for nothing is for nobody.
 */
export const telemetriesOf: (world: World) => readonly PodPolicy[] = perWorld((world) =>
  world.config('telemetries.telemetry.istio.io').flatMap((object) => {
    const selector = labelsAt(object.spec, 'selector', 'matchLabels');
    const isForNobody = hasAt(object.spec, 'selector') && isEmpty(selector);
    return isForNobody ? [] : [{ object, selector }];
  }),
);
