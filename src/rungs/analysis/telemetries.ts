import { perWorld } from './per-world.ts';
import { hasAt, labelsAt } from './spec.ts';
import type { PodPolicy } from './workload-policies.ts';
import type { World } from './world.ts';

/** Those for pods; others are for a gateway or service that they name. */
export const telemetriesOf: (world: World) => readonly PodPolicy[] = perWorld((world) =>
  world
    .config('telemetries.telemetry.istio.io')
    .filter(({ spec }) => !hasAt(spec, 'targetRef') && !hasAt(spec, 'targetRefs'))
    .map((object) => ({ object, selector: labelsAt(object.spec, 'selector', 'matchLabels') })),
);
