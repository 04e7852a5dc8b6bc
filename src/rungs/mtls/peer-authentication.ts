import { specField, specLabels, specObject } from '../../model/spec-fields.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject, Labels } from '../../model/workload.ts';

/** The key under which PeerAuthentications stand in `ClusterObjects.config`. */
export const PEER_AUTHENTICATIONS = 'peerauthentications.security.istio.io';

export const MTLS_MODES = ['STRICT', 'PERMISSIVE', 'DISABLE'] as const;
export type MtlsMode = (typeof MTLS_MODES)[number];

export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** A mode, and the object that sets it; none for Istio's default. */
export interface DecidedMode {
  readonly mode: MtlsMode;
  readonly by?: ObjectName;
}

/** What the PeerAuthentications of a workload come to. */
export interface EffectiveMtls {
  readonly workload: DecidedMode;
  /** Ports of the container with a word of their own, which may be the workload's again. */
  readonly ports: ReadonlyMap<number, DecidedMode>;
  /** The objects that were looked at, widest scope first. */
  readonly applied: readonly ObjectName[];
}

/** What a server asks of callers on one port. */
export function modeOfPort({ workload, ports }: EffectiveMtls, port: number): DecidedMode {
  return ports.get(port) ?? workload;
}

/** Answers for any workload. */
export type EffectiveMtlsOf = (workload: { readonly namespace: string; readonly labels: Labels }) => EffectiveMtls;

/**
 * Istio's rule (pilot/pkg/security/authn/policy_applier.go ComposePeerAuthentication): port over workload over
 * namespace over mesh, the oldest of each scope, and what is not set is inherited. A selector counts only outside of
 * the root namespace, ports only with a selector.
 */
export function effectiveMtls(objects: Iterable<ConfigObject>, rootNamespace: string): EffectiveMtlsOf {
  const byNamespace = Map.groupBy(oldestFirst(objects), ({ namespace }) => namespace);
  const mesh = byNamespace.get(rootNamespace)?.find(isForAll);
  const ofNamespaces = new Map<string, EffectiveMtls>();
  return ({ namespace, labels }) => {
    const own = namespace === rootNamespace ? [] : (byNamespace.get(namespace) ?? []);
    const workload = own.find((object) => !isForAll(object) && isFor(object, labels));
    if (workload !== undefined) return compose([mesh, own.find(isForAll), workload]);
    const known = ofNamespaces.get(namespace) ?? compose([mesh, own.find(isForAll), undefined]);
    ofNamespaces.set(namespace, known);
    return known;
  };
}

function oldestFirst(objects: Iterable<ConfigObject>): readonly ConfigObject[] {
  return [...objects].toSorted(
    (one, other) =>
      one.createdAt - other.createdAt ||
      compareText(one.name, other.name) ||
      compareText(one.namespace, other.namespace),
  );
}

function selectorOf({ spec }: ConfigObject): Labels | undefined {
  const selector = specObject(specField(spec, 'selector'));
  return selector === undefined ? {} : specLabels(specField(selector, 'matchLabels') ?? {});
}

/** An empty selector is as good as none. */
function isForAll(object: ConfigObject): boolean {
  const labels = selectorOf(object);
  return labels !== undefined && Object.keys(labels).length === 0;
}

function isFor(object: ConfigObject, labels: Labels): boolean {
  const wanted = selectorOf(object);
  if (wanted === undefined) return false;
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

type Scopes = readonly [
  mesh: ConfigObject | undefined,
  ofNamespace: ConfigObject | undefined,
  own: ConfigObject | undefined,
];

function compose(scopes: Scopes): EffectiveMtls {
  const objects = scopes.filter((object) => object !== undefined);
  let workload: DecidedMode = { mode: 'PERMISSIVE' };
  for (const object of objects) {
    const mode = modeOf(specField(object.spec, 'mtls'));
    if (mode !== undefined) workload = { mode, by: nameOf(object) };
  }
  const [, , own] = scopes;
  return {
    workload,
    ports: own === undefined ? NO_PORTS : portsOf(own, workload),
    applied: objects.map(nameOf),
  };
}

const NO_PORTS: EffectiveMtls['ports'] = new Map();

function nameOf({ namespace, name }: ConfigObject): ObjectName {
  return { namespace, name };
}

/** Undefined for UNSET, which inherits, as what is no mode at all does. */
function modeOf(mtls: unknown): MtlsMode | undefined {
  const mode = specField(specObject(mtls), 'mode');
  return MTLS_MODES.find((each) => each === mode);
}

function portsOf(object: ConfigObject, workload: DecidedMode): EffectiveMtls['ports'] {
  const listed = Object.entries(specObject(specField(object.spec, 'portLevelMtls')) ?? {});
  const ports = listed.filter(([port]) => /^\d{1,5}$/.test(port));
  return new Map(
    ports.map(([port, mtls]) => {
      const mode = modeOf(mtls);
      return [Number(port), mode === undefined ? workload : { mode, by: nameOf(object) }];
    }),
  );
}
