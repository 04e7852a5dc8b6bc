import { labelsAt } from '../../model/spec-paths.ts';
import { perWorld } from './per-world.ts';
import type { PodPolicy } from './workload-policies.ts';
import type { World } from './world.ts';

export const sidecarsOf: (world: World) => readonly PodPolicy[] = perWorld((world) =>
  world
    .config('sidecars.networking.istio.io')
    .map((object) => ({ object, selector: labelsAt(object.spec, 'workloadSelector', 'labels') })),
);
