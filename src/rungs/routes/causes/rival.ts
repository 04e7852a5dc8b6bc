import { keyOfObject } from '../../../model/cluster.ts';
import { compareText } from '../../../model/text-order.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { perWorld } from '../../analysis/per-world.ts';
import type { World } from '../../analysis/world.ts';
import { firstOf, shellWord } from '../../wording.ts';
import { bindingOf, exportedTo, isSeenFrom } from './bindings.ts';
import { type Cause, type CauseFacts, untold } from './cause.ts';

/** Another VirtualService for the same host comes first in the mesh, and only the first counts. */
export const rival: Cause = {
  id: 'rival',
  what: 'Another VirtualService has the same host',
  sign: 'in the mesh one VirtualService counts for a host: of those a namespace sees, its private ones first, then those exported to it by name, then the oldest',
  mend: 'make one of the two, or give each a host of its own',
  find(facts) {
    const { object, world, split } = facts;
    const { isForMesh, hosts } = bindingOf(object);
    if (split.object.kind !== 'VirtualService' || !isForMesh || hosts.length === 0) return undefined;
    const others = hosts.map((host) => (claims(world).get(host) ?? []).filter((other) => !isSame(other, object)));
    if (others.every((each) => each.length === 0)) return undefined;
    const blind = untold(world, 'meshConfigs');
    if (blind !== undefined) return blind;
    const places = placesOf(facts);
    const first = hosts.map((_, nth) => hidingEverywhere(object, others[nth] ?? [], { world, places }));
    const [winner] = first;
    if (winner === undefined || first.includes(undefined)) return undefined;
    const name = keyOfObject(winner);
    return {
      isCertain: isCertain(facts, winner),
      text: `VirtualService ${name} has the same host and comes first`,
      evidence: [`both are for ${firstOf(hosts)}; in the mesh only the first counts`],
      mend: `put its routes into ${name}, or take the host from there`,
      next: `kubectl -n ${shellWord(winner.namespace)} get virtualservice ${shellWord(winner.name)} -o yaml`,
    };
  },
};

/** Who claims a host in the mesh. */
const claims = perWorld((world) => {
  const byHost = new Map<string, ConfigObject[]>();
  for (const object of world.config('virtualservices.networking.istio.io')) {
    const { isForMesh, hosts } = bindingOf(object);
    if (!isForMesh) continue;
    for (const host of new Set(hosts)) byHost.set(host, [...(byHost.get(host) ?? []), object]);
  }
  return byHost;
});

function isSame(one: ConfigObject, other: ConfigObject): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

/** Where it matters: at those who call past it, or where nobody is known to, in its own namespace. */
function placesOf({ callers, object }: CauseFacts): readonly string[] {
  const passing = callers.filter(({ past, kind }) => past > 0 && kind === 'sidecar').map(({ namespace }) => namespace);
  return passing.length === 0 ? [object.namespace] : [...new Set(passing)];
}

interface Place {
  readonly world: World;
  readonly places: readonly string[];
}

function hidingEverywhere(
  object: ConfigObject,
  others: readonly ConfigObject[],
  { world, places }: Place,
): ConfigObject | undefined {
  const own = exportedTo(object, world);
  return others.find((other) => {
    const scopes = exportedTo(other, world);
    return places.every((place) => {
      if (!isSeenFrom(own, place) || !isSeenFrom(scopes, place)) return false;
      const ranks = rankOf(scopes, other, place) - rankOf(own, object, place);
      return ranks < 0 || (ranks === 0 && isOlder(other, object));
    });
  });
}

/** Istio pilot/pkg/model/push_context.go, VirtualServicesForGateway: private, exported by name, public. */
function rankOf(scopes: readonly string[], { namespace }: ConfigObject, place: string): number {
  if (scopes.includes('*')) return 2;
  return scopes.length === 1 && namespace === place ? 0 : 1;
}

/** Those of one second are put in the order of their names (Istio pilot/pkg/model, sortConfigByCreationTime). */
function isOlder(one: ConfigObject, other: ConfigObject): boolean {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt;
  return compareText(`${one.name}.${one.namespace}`, `${other.name}.${other.namespace}`) < 0;
}

/** Public both, and the other one older: nobody in the mesh sees it otherwise. */
function isCertain({ object, world }: CauseFacts, winner: ConfigObject): boolean {
  const isPublic = [object, winner].every((each) => exportedTo(each, world).includes('*'));
  return isPublic && winner.createdAt < object.createdAt && bindingOf(object).gateways.length === 0;
}
