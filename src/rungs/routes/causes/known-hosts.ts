import { keyOfObject, objectKey } from '../../../model/cluster.ts';
import { fqdnOf } from '../../../model/cluster-domain.ts';
import { textsAt } from '../../../model/spec-paths.ts';
import type { Service } from '../../../model/workload.ts';
import { fullHost } from '../../analysis/host-names.ts';
import { perWorld } from '../../analysis/per-world.ts';
import type { World } from '../../analysis/world.ts';

const servicesByKey = perWorld(({ services }) => new Map(services.map((each) => [keyOfObject(each), each])));

const namespacesByService = perWorld(({ services }) => Map.groupBy(services, ({ name }) => name));

/** The Service that a complete host means, whatever the cluster's domain. */
export function serviceOf(world: World, host: string): Service | undefined {
  const [, name, namespace = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return name === undefined ? undefined : servicesByKey(world).get(objectKey(namespace, name));
}

/** The Service that somebody meant who wrote `name.namespace`, which Istio does not complete. */
export function meantService(world: World, host: string): Service | undefined {
  const [name = '', namespace = '', ...rest] = host.split('.');
  if (rest.length > 1 || (rest.length === 1 && rest[0] !== 'svc')) return undefined;
  return servicesByKey(world).get(objectKey(namespace, name));
}

/** Services of this name in any namespace. */
export function servicesCalled(world: World, name: string): readonly Service[] {
  return namespacesByService(world).get(name) ?? [];
}

interface EntryHosts {
  readonly exact: ReadonlySet<string>;
  /** What follows the star. */
  readonly suffixes: readonly string[];
}

const entryHosts = perWorld((world): EntryHosts => {
  const hosts = world
    .config('serviceentries.networking.istio.io')
    .flatMap(({ namespace, spec }) => textsAt(spec, 'hosts').map((host) => fullHost(host, namespace)));
  return {
    exact: new Set(hosts.filter((host) => !host.startsWith('*'))),
    suffixes: hosts.filter((host) => host.startsWith('*')).map((host) => host.slice(1)),
  };
});

/** Whether a Service or a ServiceEntry has the host, seen from wherever; of a wildcard, whether any host is under it. */
export function isKnownHost(world: World, host: string): boolean {
  const { exact, suffixes } = entryHosts(world);
  if (host.startsWith('*')) return isAnyUnder(world, host.slice(1));
  return serviceOf(world, host) !== undefined || exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}

function isAnyUnder(world: World, suffix: string): boolean {
  const { exact, suffixes } = entryHosts(world);
  const isUnder = (host: string): boolean => host.endsWith(suffix) || suffix.endsWith(host);
  return (
    suffixes.some(isUnder) ||
    [...exact].some((host) => host.endsWith(suffix)) ||
    world.services.some((service) => fqdnOf(service).endsWith(suffix))
  );
}
