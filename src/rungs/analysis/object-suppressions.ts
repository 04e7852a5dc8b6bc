import { type AnalysisFinding, objectPath } from '../../model/analysis.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../model/config-kinds.ts';
import type { Labels } from '../../model/workload.ts';
import type { World } from './world.ts';

/** Istio's own: codes between commas, or `*`, that shall not be said of the object that carries it. */
const ANNOTATION = 'galley.istio.io/analyze-suppress';

interface Annotated {
  readonly namespace?: string;
  readonly name: string;
  readonly annotations?: Labels | undefined;
}

/** Whether a finding's object asks that it not be said. */
export function suppressedByObjects(world: World): (finding: AnalysisFinding) => boolean {
  const codes = new Map<string, ReadonlySet<string>>();
  const note = (kind: string, { namespace = '', name, annotations }: Annotated): void => {
    const listed = annotations?.[ANNOTATION];
    if (listed === undefined) return;
    codes.set(objectPath({ kind, namespace, name }), new Set(listed.split(',').map((code) => code.trim())));
  };
  for (const key of Object.keys(CONFIG_KIND_NAMES) as ConfigKey[]) {
    for (const object of world.config(key)) note(object.kind, object);
  }
  for (const namespace of world.namespaces) note('Namespace', namespace);
  for (const pod of world.pods) note('Pod', pod);
  for (const service of world.services) note('Service', service);
  for (const deployment of world.deployments) note('Deployment', deployment);
  return ({ code, object }) => {
    const listed = codes.get(objectPath(object));
    return listed !== undefined && (listed.has(code) || listed.has('*'));
  };
}
