import { fqdnOf } from '../../model/cluster-domain.ts';
import type { Service } from '../../model/workload.ts';
import type { Caller, DestinationRules } from './destination-rules.ts';
import type { ObjectName } from './peer-authentication.ts';
import type { Server, ServersOf } from './servers.ts';

/**
 * How callers and servers disagree (Istio pilot/pkg/networking/core/cluster_tls.go,
 * pilot/pkg/xds/endpoints/mtls_checker.go):
 * - `plaintext_to_strict`: a DestinationRule turns TLS off, and the server is STRICT.
 * - `tls_to_strict`: it asks for TLS without a mesh certificate (SIMPLE), and the server is STRICT.
 * - `mtls_to_disabled`: it asks for ISTIO_MUTUAL, and the server's PeerAuthentication is DISABLE.
 * - `mtls_to_no_proxy`: it asks for ISTIO_MUTUAL, and no sidecar is there to answer.
 * - `auto_mtls_off`: the mesh does without auto mTLS, no rule asks for TLS, and the server is STRICT.
 * - `pods_outside_mesh`: the server is STRICT, and pods without a proxy run beside it; whether they call it, nobody said.
 */
export const CONFLICT_REASONS = [
  'plaintext_to_strict',
  'tls_to_strict',
  'mtls_to_disabled',
  'mtls_to_no_proxy',
  'auto_mtls_off',
  'pods_outside_mesh',
] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

export interface MtlsConflict {
  /** The DestinationRule for the first four, else the PeerAuthentication that says STRICT. */
  readonly object: ObjectName;
  /** Complete name of the service. */
  readonly destination: string;
  readonly reason: ConflictReason;
}

/** A service with its complete name, and the servers behind it. */
export interface Destination {
  readonly host: string;
  readonly namespace: string;
  readonly servers: () => readonly Server[];
}

export function destinationOf(service: Service, find: ServersOf): Destination {
  return { namespace: service.namespace, host: fqdnOf(service), servers: () => find(service) };
}

/** Who may call, and the rules that they follow. */
export interface Calls {
  readonly rules: DestinationRules;
  readonly callers: readonly Caller[];
}
