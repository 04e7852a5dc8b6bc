import type { ControlPlane } from '../../model/control-plane.ts';
import type { PortForward } from '../pod-port.ts';
import type { Clock, SourceLog } from '../source.ts';
import type { IstiodTarget } from './discover.ts';
import { forwardedXdsWay } from './forwarded-xds-way.ts';
import { createForwardingClient } from './forwarding-client.ts';
import { createHttpClient } from './http-client.ts';
import { httpWay } from './http-way.ts';
import { type AccessWish, accessBy, DEFAULT_LIMIT_BYTES } from './open-ways.ts';
import { createPoller } from './poll.ts';
import { type XdsTrust, type XdsWay, type XdsWayOptions, xdsWay } from './xds-way.ts';

export interface AskOnceOptions {
  readonly targets: readonly IstiodTarget[];
  /** Pods are asked through it first; without it, at their addresses. */
  readonly portForward?: PortForward | undefined;
  readonly tokenFile: string | undefined;
  /** Default `auto`: over HTTP and, where that is closed and `trust` is given, over xDS. */
  readonly access?: AccessWish;
  /** Undefined: over xDS nobody is asked. */
  readonly trust?: XdsTrust | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const silent = (): void => undefined;
const NO_LOG: SourceLog = { debug: silent, info: silent, warn: silent, error: silent };

/** One poll of istiods, for a command that then ends. What fails stands in the answers. */
export async function askOnce(options: AskOnceOptions): Promise<ControlPlane> {
  const {
    targets,
    portForward,
    tokenFile,
    timeoutMs: deadlineMs,
    clock,
    signal,
    access: wish = 'auto',
    trust,
  } = options;
  const direct = createHttpClient();
  const forwarding = portForward && createForwardingClient({ portForward, targets, direct });
  const client = forwarding ?? direct;
  const bounds = { deadlineMs, limitBytes: DEFAULT_LIMIT_BYTES };
  const xds = trust && xdsWayOnce({ trust, ...bounds }, portForward);
  try {
    const reached = { client, ...(forwarding !== undefined && { accessTo: forwarding.accessTo }) };
    const access = accessBy(wish, { http: httpWay({ ...reached, ...bounds }), xds, nowMs: clock.monotonicMs });
    const poller = createPoller({ access, clock, log: NO_LOG, tokenFile, concurrency: 8 });
    return { poll: 1, istiods: await poller.poll(targets, signal) };
  } finally {
    xds?.close();
    await client.close();
  }
}

/** For a command: through forwarded ports where there are any. */
export function xdsWayOnce(options: XdsWayOptions, portForward: PortForward | undefined): XdsWay {
  const direct = xdsWay(options);
  return portForward === undefined ? direct : forwardedXdsWay(direct, portForward);
}
