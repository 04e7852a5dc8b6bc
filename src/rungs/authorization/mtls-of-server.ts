import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { DescribedRequest } from '../../model/described-request.ts';
import { membershipOf } from '../../model/membership.ts';
import { known } from '../../model/observed.ts';
import type { Pod } from '../../model/workload.ts';
import { type DecidedMode, effectiveMtls, modeOfPort, PEER_AUTHENTICATIONS } from '../mtls/peer-authentication.ts';
import type { Place } from './decide-at.ts';

/** What the server's PeerAuthentication makes of a request. */
export interface ServerMtls {
  readonly request: DescribedRequest;
  /** Why the connection fails before any policy is asked. */
  readonly refused?: string;
  readonly notes: readonly string[];
}

/** A server that takes no mTLS never learns who calls; one that takes nothing else refuses plaintext. */
export function mtlsOfServer(question: AuthorizationQuestion, place: Place, request: DescribedRequest): ServerMtls {
  const decided = modeAsked(question, place, request.port);
  if (decided === undefined) return { request, notes: [] };
  const { mode, by } = decided;
  const object = by === undefined ? 'the default' : `PeerAuthentication ${by.namespace}/${by.name}`;
  if (mode === 'DISABLE' && request.principal !== null) {
    const note = `${object} is DISABLE: the server takes no mTLS, so it never learns who calls`;
    return { request: { ...request, principal: null }, notes: [note] };
  }
  if (mode !== 'STRICT' || request.principal !== null) return { request, notes: [] };
  return {
    request,
    notes: [],
    refused: `${object} is STRICT: a connection without a mesh certificate is refused before any policy is asked`,
  };
}

/** The mode of the port; without a port that of the workload, if no port has another. */
function modeAsked(
  { cluster, namespace, rootNamespace }: AuthorizationQuestion,
  { pod, labels }: Place,
  port: number | undefined,
): DecidedMode | undefined {
  const objects = known(cluster.config[PEER_AUTHENTICATIONS] ?? { state: 'pending' });
  if (objects === undefined || labels === undefined || !takesMtls(pod)) return undefined;
  const effective = effectiveMtls(objects.values(), rootNamespace)({ namespace, labels });
  if (port !== undefined) return modeOfPort(effective, port);
  return effective.ports.size === 0 ? effective.workload : undefined;
}

/** Gateways and waypoints ask for TLS in their own ways; a pod without a proxy is asked about as if it had one. */
function takesMtls(pod: Pod | undefined): boolean {
  return pod === undefined || ['sidecar', 'native_sidecar', 'ambient', 'none'].includes(membershipOf(pod));
}
