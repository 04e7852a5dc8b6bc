import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { DescribedRequest } from '../../model/described-request.ts';
import { known } from '../../model/observed.ts';
import type { Pod } from '../../model/workload.ts';
import type { Caller } from './caller.ts';
import { isNamedTcp, type PortOfService, portsOfServices } from './port-of-service.ts';

export interface Described {
  readonly request: DescribedRequest;
  readonly notes: readonly string[];
}

/** The request of a question, with what objects tell of it: addresses, identity, and how the port is read. */
export function describeByObjects(
  { request, cluster }: AuthorizationQuestion,
  pod: Pod | undefined,
  { principal, ip }: Pick<Caller, 'principal' | 'ip'>,
): Described {
  const ports = pod === undefined ? [] : portsOfServices(pod, known(cluster.services)?.values() ?? []);
  const behind = ports.filter(({ target }) => target === request.port);
  const named = request.protocol === undefined ? behind.find(({ port }) => isNamedTcp(port)) : undefined;
  const [destinationIp] = pod?.ips ?? [];
  return {
    notes: [...(behind.length === 0 ? frontNote(ports, request.port) : []), ...tcpNote(named)],
    request: {
      ...(destinationIp !== undefined && { destinationIp }),
      ...(ip !== undefined && { sourceIp: ip }),
      ...request,
      protocol: request.protocol ?? (named === undefined ? 'http' : 'tcp'),
      ...(principal !== undefined && { principal }),
    },
  };
}

/** The commonest mistake: a service's port where the container's is meant. */
function frontNote(ports: readonly PortOfService[], asked: number | undefined): readonly string[] {
  const front = ports.find(({ port }) => port.port === asked);
  if (front === undefined) return [];
  return [
    `${asked} is the port of service ${front.service.name}; policies see the container's: --port ${front.target}`,
  ];
}

function tcpNote(named: PortOfService | undefined): readonly string[] {
  if (named === undefined) return [];
  const { name, appProtocol } = named.port;
  return [`port ${named.target} is called ${appProtocol ?? name}: the proxy reads it as TCP, and sees no HTTP`];
}
