import { type AnalysisFinding, type ObjectRef, objectPath } from '../../model/analysis.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../model/config-kinds.ts';
import type { Labels } from '../../model/workload.ts';
import { namespaceRef, refOf } from './analyzer.ts';
import type { World } from './world.ts';

/** Istio's own: codes between commas, or `*`, that shall not be said of the object that carries it. */
const ANNOTATION = 'galley.istio.io/analyze-suppress';

/** Whether a finding's object asks that it not be said. */
export function suppressedByObjects(world: World): (finding: AnalysisFinding) => boolean {
  const codes = new Map<string, ReadonlySet<string>>();
  const note = (object: ObjectRef, annotations: Labels | undefined): void => {
    const listed = annotations?.[ANNOTATION];
    if (listed !== undefined) codes.set(objectPath(object), new Set(listed.split(',').map((code) => code.trim())));
  };
  for (const key of Object.keys(CONFIG_KIND_NAMES) as ConfigKey[]) {
    for (const object of world.config(key)) note(refOf(object), object.annotations);
  }
  for (const { name, annotations } of world.namespaces) note(namespaceRef(name), annotations);
  for (const pod of world.pods) note({ ...pod, kind: 'Pod' }, pod.annotations);
  for (const service of world.services) note({ ...service, kind: 'Service' }, service.annotations);
  for (const deployment of world.deployments) note({ ...deployment, kind: 'Deployment' }, deployment.annotations);
  return ({ code, object }) => {
    const listed = codes.get(objectPath(object));
    return listed !== undefined && (listed.has(code) || listed.has('*'));
  };
}
