import type { PortForward } from '../pod-port.ts';
import type { Question, Way } from './access.ts';
import type { IstiodTarget } from './discover.ts';
import { createForwardingClient } from './forwarding-client.ts';
import type { HttpClient } from './http-client.ts';
import { httpWay } from './http-way.ts';

export interface ForwardedWayOptions {
  readonly portForward: PortForward;
  /** For the addresses of those to whom nothing is forwarded. Closed by who opened it. */
  readonly direct: HttpClient;
  readonly deadlineMs: number;
  readonly limitBytes: number;
}

/** Over HTTP, through the API server, poll after poll; what was found out of an istiod holds for as long as it is there. */
export function forwardedWay({ portForward, direct, ...bounds }: ForwardedWayOptions): Way {
  let ways: ReadonlyMap<string, Way> = new Map();
  const wayTo = (target: IstiodTarget): Way => {
    const known = ways.get(keyOf(target));
    if (known !== undefined) return known;
    const client = createForwardingClient({ portForward, targets: [target], direct });
    const way = httpWay({ client, accessTo: client.accessTo, ...bounds });
    ways = new Map([...ways, [keyOf(target), way]]);
    return way;
  };
  return {
    kind: (target) => wayTo(target).kind(target),
    sync: (question: Question) => wayTo(question.target).sync(question),
    version: (question) => wayTo(question.target).version(question),
    keep(targets) {
      const keys = new Set(targets.map(keyOf));
      ways = new Map([...ways].filter(([key]) => keys.has(key)));
    },
  };
}

function keyOf({ base, identity }: IstiodTarget): string {
  return `${base} ${identity}`;
}
