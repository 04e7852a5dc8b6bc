import { type ClientTlsMode, clientTls } from './client-tls.ts';
import type { Calls, ConflictReason, Destination, MtlsConflict } from './conflict.ts';
import { type DestinationRule, type MergedRule, matchesHost, type Subset } from './destination-rules.ts';
import type { Server } from './servers.ts';

/** Looks at each rule that speaks of TLS, for each service it is for, with a caller that follows it. */
export function* ruleConflicts(
  rules: readonly DestinationRule[],
  destinations: readonly Destination[],
  calls: Calls,
): Iterable<MtlsConflict> {
  for (const rule of rules) {
    for (const destination of destinations) {
      const followed = matchesHost(rule.host, destination.host)
        ? followedBySomeone(rule, destination, calls)
        : undefined;
      if (followed !== undefined) yield* conflictsOf(followed, destination);
    }
  }
}

type Part = Pick<Subset, 'name' | 'labels'>;

/** What callers get that follow a rule, and which part of it is the rule's own. */
interface Followed {
  readonly merged: MergedRule;
  readonly parts: readonly Part[];
}

const WHOLE: Part = { name: '', labels: {} };

/** Callers that follow a rule all get the same from it: one is enough. Undefined where all follow others. */
function followedBySomeone(
  rule: DestinationRule,
  destination: Destination,
  { rules, callers }: Calls,
): Followed | undefined {
  for (const caller of callers) {
    const merged = rules.forCaller(caller, destination);
    if (merged === undefined) continue;
    const whole = merged.trafficPolicy?.object === rule.object ? [WHOLE] : [];
    const parts = [...whole, ...merged.subsets.filter(({ object }) => object === rule.object)];
    if (parts.length > 0) return { merged, parts };
  }
  return undefined;
}

function* conflictsOf({ merged, parts }: Followed, destination: Destination): Iterable<MtlsConflict> {
  for (const server of destination.servers()) {
    for (const part of parts.filter((each) => isIn(each, server))) {
      const tls = clientTls(merged, part.name, server.servicePort);
      const reason = tls === undefined ? undefined : disagreement(tls.mode, server);
      if (tls !== undefined && reason !== undefined)
        yield { object: tls.object, destination: destination.host, reason };
    }
  }
}

function isIn({ labels }: Part, { pod }: Server): boolean {
  return Object.entries(labels).every(([key, value]) => Object.hasOwn(pod.labels, key) && pod.labels[key] === value);
}

/** A ztunnel is reached by a tunnel whatever the rule says of TLS inside of it. */
function disagreement(client: ClientTlsMode, { kind, mode }: Server): ConflictReason | undefined {
  if (kind === 'ztunnel') return undefined;
  if (client === 'ISTIO_MUTUAL') {
    if (kind === 'none') return 'mtls_to_no_proxy';
    return mode.mode === 'DISABLE' ? 'mtls_to_disabled' : undefined;
  }
  if (mode.mode !== 'STRICT') return undefined;
  // A certificate of one's own may be one of the mesh.
  if (client === 'MUTUAL') return undefined;
  return client === 'DISABLE' ? 'plaintext_to_strict' : 'tls_to_strict';
}
