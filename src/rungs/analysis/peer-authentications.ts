import { labelsAt, textAt } from '../../model/spec-paths.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { meshOf } from './mesh.ts';
import { perWorld } from './per-world.ts';
import { isEmpty, selectorText } from './pods.ts';
import type { World } from './world.ts';

/** Weakest first. */
export const MTLS_MODES = ['DISABLE', 'PERMISSIVE', 'STRICT'] as const;
export type MtlsMode = (typeof MTLS_MODES)[number];

/** The PeerAuthentications of one scope: the mesh, a namespace, or the pods with some labels in it. */
export interface PeerScope {
  readonly level: 'mesh' | 'namespace' | 'workload';
  readonly namespace: string;
  /** The one that counts: the oldest, of equal age the first by name (Istio pilot/pkg/model). */
  readonly winner: ConfigObject;
  readonly ignored: readonly ConfigObject[];
  /** Nothing where it leaves the mode to the wider scope. */
  readonly mode?: MtlsMode;
}

export const peerScopes: (world: World) => readonly PeerScope[] = perWorld((world) => {
  const root = meshOf(world).rootNamespace;
  const groups = Map.groupBy(
    world.config('peerauthentications.security.istio.io'),
    (object) => `${object.namespace} ${selectorText(selectorOf(object))}`,
  );
  return [...groups.values()].flatMap((objects) => {
    const [winner, ...ignored] = [...objects].sort(byAge);
    if (winner === undefined) return [];
    const { namespace } = winner;
    const wide = namespace === root ? 'mesh' : 'namespace';
    const level = isEmpty(selectorOf(winner)) ? wide : 'workload';
    const mode = modeOf(winner);
    return [{ level, namespace, winner, ignored, ...(mode !== undefined && { mode }) }];
  });
});

function selectorOf({ spec }: ConfigObject): Readonly<Record<string, string>> {
  return labelsAt(spec, 'selector', 'matchLabels');
}

function byAge(one: ConfigObject, other: ConfigObject): number {
  return one.createdAt - other.createdAt || compareText(one.name, other.name);
}

function modeOf({ spec }: ConfigObject): MtlsMode | undefined {
  const mode = textAt(spec, 'mtls', 'mode');
  return MTLS_MODES.find((each) => each === mode);
}
