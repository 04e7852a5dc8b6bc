import { fqdnOf } from '../../../model/cluster-domain.ts';
import type { World } from '../../analysis/world.ts';
import { firstOf, shellWord } from '../../wording.ts';
import { bindingOf, showCommand } from './bindings.ts';
import { type Cause, type CauseFacts, untold } from './cause.ts';
import { isKnownHost, meantService, serviceOf, servicesCalled } from './known-hosts.ts';

/** A host that nobody has: wrongly written, or a short name that means another namespace. */
export const unknownHost: Cause = {
  id: 'unknown-host',
  what: 'Wrong host, or a short name across namespaces',
  sign: 'no Service and no ServiceEntry has a host that it is for or sends to; a name without a dot means the namespace of the object, and only that is completed',
  mend: 'write the complete name, `SERVICE.NAMESPACE.svc.cluster.local`',
  find(facts) {
    const { world, split, isPartial } = facts;
    const hosts = unknownHosts(facts);
    const [first] = hosts;
    if (first === undefined) return undefined;
    const blind = untold(world, 'services', 'serviceentries.networking.istio.io');
    if (blind !== undefined) return blind;
    const meant = meantFor(world, first);
    const [better] = meant;
    return {
      isCertain: !isPartial && isLookedAt(world, first),
      text: `no Service and no ServiceEntry has the host ${firstOf(hosts)}`,
      evidence: meant.slice(0, 3).map((host) => `there is a Service ${host}`),
      mend: better === undefined ? 'correct the host, or declare it by a ServiceEntry' : `write ${better}`,
      next:
        better === undefined
          ? `kubectl get services -A | grep ${shellWord(first.split('.')[0] ?? '')}`
          : showCommand(split),
    };
  },
};

/** Destinations that are to get a share, and its own hosts where none of them is known. */
function unknownHosts({ split, object, world }: CauseFacts): readonly string[] {
  const wanted = split.weights.filter(({ ratio }) => ratio > 0).map(({ destination }) => destination);
  const hosts = split.object.kind === 'VirtualService' ? ownHosts(bindingOf(object), world) : [];
  return [...new Set([...wanted.filter((host) => !isKnownHost(world, host)), ...hosts])];
}

/** Hosts outside the cluster need not be known: proxies route them by name. */
function ownHosts({ hosts, isForMesh }: ReturnType<typeof bindingOf>, world: World): readonly string[] {
  if (!isForMesh || hosts.some((host) => isKnownHost(world, host))) return [];
  const isOfCluster = (host: string): boolean =>
    /^[^*.]+\.[^.]+\.svc\./.test(host) || meantService(world, host) !== undefined;
  return hosts.every(isOfCluster) ? hosts : [];
}

/** Names of services that were perhaps meant. */
function meantFor(world: World, host: string): readonly string[] {
  const written = meantService(world, host);
  const [name = ''] = host.split('.');
  const alike = serviceOf(world, host) === undefined && host.includes('.svc.') ? servicesCalled(world, name) : [];
  return (written === undefined ? alike : [written]).map(fqdnOf);
}

/** Whether anything of the host's namespace is seen at all: it may be one that is not watched. */
function isLookedAt(world: World, host: string): boolean {
  const [, namespace] = /^[^.]+\.([^.]+)\.svc\./.exec(host) ?? [];
  if (namespace === undefined || world.services.some((service) => service.namespace === namespace)) return true;
  return world.unknown('namespaces') === undefined && !world.namespaces.some(({ name }) => name === namespace);
}
