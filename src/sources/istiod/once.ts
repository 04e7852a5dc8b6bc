import type { ControlPlane } from '../../model/control-plane.ts';
import type { PortForward } from '../pod-port.ts';
import type { Clock, SourceLog } from '../source.ts';
import { onlyWay } from './access.ts';
import type { IstiodTarget } from './discover.ts';
import { createForwardingClient } from './forwarding-client.ts';
import { createHttpClient } from './http-client.ts';
import { httpWay } from './http-way.ts';
import { DEFAULT_LIMIT_BYTES } from './open-ways.ts';
import { createPoller } from './poll.ts';

export interface AskOnceOptions {
  readonly targets: readonly IstiodTarget[];
  /** Pods are asked through it first; without it, at their addresses. */
  readonly portForward?: PortForward | undefined;
  readonly tokenFile: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const silent = (): void => undefined;
const NO_LOG: SourceLog = { debug: silent, info: silent, warn: silent, error: silent };

/** One poll of istiods, for a command that then ends. What fails stands in the answers. */
export async function askOnce(options: AskOnceOptions): Promise<ControlPlane> {
  const { targets, portForward, tokenFile, timeoutMs: deadlineMs, clock, signal } = options;
  const direct = createHttpClient();
  const forwarding = portForward && createForwardingClient({ portForward, targets, direct });
  const client = forwarding ?? direct;
  try {
    const reached = { client, ...(forwarding !== undefined && { accessTo: forwarding.accessTo }) };
    const access = onlyWay(httpWay({ ...reached, deadlineMs, limitBytes: DEFAULT_LIMIT_BYTES }));
    const poller = createPoller({ access, clock, log: NO_LOG, tokenFile, concurrency: 8 });
    return { poll: 1, istiods: await poller.poll(targets, signal) };
  } finally {
    await client.close();
  }
}
