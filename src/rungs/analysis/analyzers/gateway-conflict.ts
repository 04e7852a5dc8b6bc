import { keyOfObject } from '../../../model/cluster.ts';
import { labelsAt, numberAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject, Labels } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { carries, podsWith, selectorText } from '../pods.ts';
import type { World } from '../world.ts';

/** Gateways take the same hosts on the same port of the same pods. */
export const gatewayConflict: Analyzer = {
  codes: ['IST0145'],
  needs: ['gateways.networking.istio.io', 'pods'],
  analyze(world, report) {
    const servers = world.config('gateways.networking.istio.io').flatMap((gateway) => serversOf(gateway));
    const byPlace = Map.groupBy(
      servers.flatMap((server) => server.hosts.map((host) => ({ host, server }))),
      ({ host, server }) => `${server.port} ${server.bind} ${host}`,
    );
    for (const server of servers) {
      const near = server.hosts.flatMap((host) => byPlace.get(`${server.port} ${server.bind} ${host}`) ?? []);
      const rivals = near.filter((other) => competes(world, server, other.server));
      if (rivals.length === 0) continue;
      const names = [...new Set(rivals.map((rival) => keyOfObject(rival.server.gateway)))].sort();
      const hosts = [...new Set(rivals.map(({ host }) => host))].sort();
      const values = { names: names.join(', '), hosts: hosts.join(', '), port: String(server.port) };
      report('IST0145', refOf(server.gateway), values);
    }
  },
};

interface Server {
  readonly gateway: ConfigObject;
  readonly selector: Labels;
  readonly port: number;
  readonly bind: string;
  readonly hosts: readonly string[];
}

function serversOf(gateway: ConfigObject): readonly Server[] {
  const selector = labelsAt(gateway.spec, 'selector');
  return objectsAt(gateway.spec, 'servers').map((server) => ({
    gateway,
    selector,
    port: numberAt(server, 'port', 'number') ?? 0,
    bind: textAt(server, 'bind'),
    hosts: textsAt(server, 'hosts'),
  }));
}

/**
 * As for istioctl: the same selector always competes, even for pods that are not there; of two of which one, written
 * out, holds the other, a pod must have both.
 */
function competes(world: World, one: Server, other: Server): boolean {
  if (one.gateway === other.gateway) return false;
  const [mine, theirs] = [selectorText(one.selector), selectorText(other.selector)];
  if (mine === theirs) return true;
  if (!mine.includes(theirs) && !theirs.includes(mine)) return false;
  return podsWith(world, one.selector).some(({ labels }) => carries(labels, other.selector));
}
