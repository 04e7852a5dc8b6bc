import { WORKLOADS } from '../mesh/workloads.ts';
import type { AccessLine } from './access-line.ts';
import type { Hop, LoggedLine } from './hop.ts';

/** One thing that goes wrong: a hop, or a line that only one proxy writes. */
export type Fault = { readonly hop: Hop } | { readonly only: (startMs: number) => LoggedLine };

type Said = Partial<AccessLine>;

export const REFUSED = 'delayed_connect_error:_Connection_refused';
export const BEFORE = 'upstream_reset_before_response_started';
const NOBODY: Said = { upstreamTime: undefined, upstreamHost: undefined, upstreamLocal: undefined };
/** Of a connection without HTTP. */
const EMPTY = { received: 0, sent: 0, duration: 0, flags: '-', code: 0 } as const;

/** A caller from outside, at the gateway. */
export const STRANGER: Pick<AccessLine, 'downstreamLocal' | 'downstreamRemote'> = {
  downstreamLocal: `${WORKLOADS.gateway.ip}:8080`,
  downstreamRemote: '203.0.113.9:54536',
};

/** What the caller's proxy says of an answer that the other's proxy made. */
export function passed(code: number): Said {
  return { code, sent: 19 };
}

/** A failure that a proxy makes itself, before anybody is asked. */
export function own(code: number, flags: string, details: string): Said {
  return { code, flags, details, sent: 19, ...NOBODY };
}

/** A failure of the way to the other, or of the other. */
export function upstream(code: number, flags: string, details: string): Said {
  return { code, flags, details, sent: 95, upstreamTime: undefined };
}

/** checkout asks a service whose only endpoint takes no connections. */
export function toDead(path: string, flags: string, failure: string): Fault {
  const client = {
    ...upstream(503, flags, `${BEFORE}{remote_connection_failure|${failure}}`),
    transportFailure: failure,
    upstreamHost: '10.44.0.1:8099',
  };
  return { hop: { from: 'checkout', to: 'dead', path, client } };
}

export function toRatings(path: string, more: Partial<Hop>): Fault {
  return { hop: { from: 'checkout', to: 'ratings', target: 'ratings', path, ...more } };
}

export function toDetails(path: string, client: Said, server: Said | 'none'): Fault {
  return { hop: { from: 'checkout', to: 'details', target: 'details', route: 'default', path, client, server } };
}

export function toPayment(path: string, client: Said, server: Said): Fault {
  const v1 = { subset: 'v1', target: 'paymentV1', route: 'payment-canary' } as const;
  return { hop: { from: 'checkout', to: 'payment', ...v1, path, client, server } };
}

/** A caller from outside asks for a page, and the gateway answers itself. */
export function atGateway(path: string, client: Said): Fault {
  return { hop: { from: 'gateway', to: 'productpage', target: 'productpage', path, client, server: 'none' } };
}

/** A request without a route, or a connection without HTTP: one line of one proxy. */
export function bare(
  pod: LoggedLine['pod'],
  line: Said & Pick<AccessLine, 'downstreamLocal' | 'downstreamRemote'>,
): Fault {
  return { only: (startMs) => ({ pod, line: { ...EMPTY, startMs, ...line } }) };
}
