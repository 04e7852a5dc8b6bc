import { type SpecObject, specField, specObject, specObjects } from '../../model/spec-fields.ts';
import type { DestinationRule, MergedRule } from './destination-rules.ts';
import type { ObjectName } from './peer-authentication.ts';

const TLS_MODES = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const;
export type ClientTlsMode = (typeof TLS_MODES)[number];

/** How callers speak to a service because a DestinationRule says so. */
export interface ClientTls {
  readonly mode: ClientTlsMode;
  readonly object: ObjectName;
}

/**
 * What a rule says of TLS to one port: a subset's word over the whole rule's, a port's over both (Istio
 * pilot/pkg/networking/core/cluster_tls.go).
 * @param subset `""` for requests to no subset
 * @returns undefined where the rule says nothing: then auto mTLS decides
 */
export function clientTls(rule: MergedRule, subset: string, port: number): ClientTls | undefined {
  const own = rule.subsets.find(({ name }) => subset !== '' && name === subset);
  const words = [
    { policy: own?.trafficPolicy, object: own?.object },
    { policy: rule.trafficPolicy?.policy, object: rule.trafficPolicy?.object },
  ];
  for (const { policy, object } of words) {
    const mode = modeFor(policy, port);
    if (mode !== undefined && object !== undefined) return { mode, object };
  }
  return undefined;
}

function modeFor(policy: SpecObject | undefined, port: number): ClientTlsMode | undefined {
  const ofPort = specObjects(specField(policy, 'portLevelSettings')).find(
    (setting) => specField(specObject(specField(setting, 'port')), 'number') === port,
  );
  return modeOf(specField(ofPort, 'tls')) ?? modeOf(specField(policy, 'tls'));
}

/** A tls block without a mode is DISABLE: the first word of Istio's enum. */
function modeOf(value: unknown): ClientTlsMode | undefined {
  const tls = specObject(value);
  if (tls === undefined) return undefined;
  const mode = specField(tls, 'mode') ?? 'DISABLE';
  return TLS_MODES.find((each) => each === mode);
}

/** Whether a rule says anything of TLS anywhere. */
export function speaksOfTls({ trafficPolicy, subsets }: DestinationRule): boolean {
  return [trafficPolicy, ...subsets.map((subset) => subset.trafficPolicy)].some(
    (policy) =>
      specObject(specField(policy, 'tls')) !== undefined ||
      specObjects(specField(policy, 'portLevelSettings')).some(
        (each) => specObject(specField(each, 'tls')) !== undefined,
      ),
  );
}
