import type { SourceError } from '../../model/source-error.ts';
import { KubeApiError } from '../kubernetes/kube-api.ts';
import { AskError } from './ask-error.ts';

/** The way through a forwarded port, which is closed. */
export interface ForwardRefused {
  readonly refused: SourceError;
  readonly cause: unknown;
}

/** Said of the way, not of istiod: the API server, or a proxy before it, does not forward. */
const NO_WAY: readonly SourceError['code'][] = ['denied', 'not_found', 'invalid', 'tls'];

/** Whether the port is not forwarded at all, and another way may be tried. */
export function isNoWay({ code }: SourceError): boolean {
  return NO_WAY.includes(code);
}

/**
 * Whether it is only this port that is closed: the node has let us into the pod, where nobody listens on it. What else the
 * API server says of one port holds for the others of the pod too.
 */
export function isPortAlone({ reason, status, cause }: KubeApiError): boolean {
  return reason.code === 'refused' && status === undefined && cause === undefined;
}

/** Why neither the forwarded port nor the address of a pod does: istiod's own word for it, where it has answered there. */
export function neitherWay({ refused, cause }: ForwardRefused, direct: unknown): AskError {
  const reason = reasonIn(direct);
  if (reason === undefined) return new AskError(refused, cause);
  const detail = `${refused.detail}; nor at its address: ${reason.detail}`;
  return OF_ISTIOD.includes(reason.code)
    ? new AskError({ ...reason, detail }, direct)
    : new AskError({ ...refused, detail }, cause);
}

const OF_ISTIOD: readonly SourceError['code'][] = ['denied', 'not_found'];

/** Of what istiods and the API server are known to fail with; anything else is a mistake of ours. */
export function reasonIn(error: unknown): SourceError | undefined {
  return error instanceof AskError || error instanceof KubeApiError ? error.reason : undefined;
}
