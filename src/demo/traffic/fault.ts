import { WORKLOADS } from '../mesh/workloads.ts';
import type { AccessLine } from './access-line.ts';
import type { Hop, LoggedLine } from './hop.ts';

/** One thing that goes wrong: a hop, or a line that only one proxy writes. */
export type Fault = { readonly hop: Hop } | { readonly only: (startMs: number) => LoggedLine };

const NOBODY = { upstreamTime: undefined, upstreamHost: undefined, upstreamLocal: undefined };
export const REFUSED = 'delayed_connect_error:_Connection_refused';
export const BEFORE = 'upstream_reset_before_response_started';
const GATEWAY_ADDRESS = `${WORKLOADS.gateway.ip}:8080`;

/** What the caller's proxy says of an answer that the other's proxy made. */
export const passed = (code: number): Partial<AccessLine> => ({ code, sent: 19 });
/** A failure that a proxy makes itself, before anybody is asked. */
export const own = (code: number, flags: string, details: string): Partial<AccessLine> => ({
  code,
  flags,
  details,
  sent: 19,
  ...NOBODY,
});
/** A failure of the way to the other, or of the other. */
export const upstream = (code: number, flags: string, details: string): Partial<AccessLine> => ({
  code,
  flags,
  details,
  sent: 95,
  upstreamTime: undefined,
});

export const toDead = (path: string, flags: string, failure: string): Fault => ({
  hop: {
    from: 'checkout',
    to: 'dead',
    path,
    client: {
      ...upstream(503, flags, `${BEFORE}{remote_connection_failure|${failure}}`),
      transportFailure: failure,
      upstreamHost: '10.44.0.1:8099',
    },
  },
});
export const toRatings = (path: string, more: Partial<Hop>): Fault => ({
  hop: { from: 'checkout', to: 'ratings', target: 'ratings', path, ...more },
});
export const toDetails = (path: string, client: Partial<AccessLine>, server: Hop['server']): Fault => ({
  hop: { from: 'checkout', to: 'details', target: 'details', route: 'default', path, client, server: server ?? 'none' },
});
export const atGateway = (path: string, client: Partial<AccessLine>): Fault => ({
  hop: { from: 'gateway', to: 'productpage', target: 'productpage', path, client, server: 'none' },
});
export const toPayment = (path: string, client: Partial<AccessLine>, server: Partial<AccessLine>): Fault => ({
  hop: {
    from: 'checkout',
    to: 'payment',
    subset: 'v1',
    target: 'paymentV1',
    route: 'payment-canary',
    path,
    client,
    server,
  },
});

/** Requests without a route, and connections without HTTP. */
const NO_NAMES = { received: 0, sent: 0, duration: 0, flags: '-', code: 0 };
export const bare = (
  pod: LoggedLine['pod'],
  line: Omit<AccessLine, 'startMs' | keyof typeof NO_NAMES> & Partial<AccessLine>,
): Fault => ({
  only: (startMs) => ({ pod, line: { ...NO_NAMES, startMs, ...line } }),
});
export const CHECKOUT = { downstreamRemote: `${WORKLOADS.checkout.ip}:35068` };
export const STRANGER = { downstreamLocal: GATEWAY_ADDRESS, downstreamRemote: '203.0.113.9:54536' };
