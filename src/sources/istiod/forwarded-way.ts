import type { PortForward } from '../pod-port.ts';
import type { Question, Way } from './access.ts';
import type { IstiodTarget } from './discover.ts';
import { createForwardingClient } from './forwarding-client.ts';
import { httpWay } from './http-way.ts';

export interface ForwardedWayOptions {
  readonly portForward: PortForward;
  readonly deadlineMs: number;
  readonly limitBytes: number;
}

/**
 * Over HTTP, through the API server and in no other way: pods of another cluster are asked, whose addresses may be those of
 * others here.
 */
export function forwardedWay({ portForward, ...bounds }: ForwardedWayOptions): Way {
  const wayTo = (target: IstiodTarget): Way => {
    const client = createForwardingClient({ portForward, targets: [target] });
    return httpWay({ client, accessTo: client.accessTo, ...bounds });
  };
  return {
    kind: () => 'port_forward',
    sync: (question: Question) => wayTo(question.target).sync(question),
    version: (question) => wayTo(question.target).version(question),
  };
}
