import { keyOfObject } from '../../../model/cluster.ts';
import { textsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { coversHost, fullHost } from '../host-names.ts';
import { perWorld } from '../per-world.ts';
import type { World } from '../world.ts';

/** A ServiceEntry has the host of a Kubernetes service, so that clients get one or the other. */
export const serviceEntryShadow: Analyzer = {
  codes: ['ML0003'],
  needs: ['serviceentries.networking.istio.io'],
  analyze(world, report) {
    for (const object of world.config('serviceentries.networking.istio.io')) {
      for (const host of new Set(textsAt(object.spec, 'hosts'))) {
        const service = shadowed(world, fullHost(host, object.namespace));
        if (service !== undefined) report('ML0003', refOf(object), { host, service });
      }
    }
  },
};

const servicesByHost = perWorld(
  ({ services }) => new Map(services.map((service) => [fullHost(service.name, service.namespace), service])),
);

/** By its name alone, where services are not known: nobody else gives names of the cluster's domain. */
function shadowed(world: World, host: string): string | undefined {
  const services = servicesByHost(world);
  const found = host.startsWith('*') ? [...services].find(([own]) => coversHost(host, own))?.[1] : services.get(host);
  if (found !== undefined) return keyOfObject(found);
  const byName = /^([^*.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(host);
  return byName === null || world.unknown('services') === undefined ? undefined : `${byName[2]}/${byName[1]}`;
}
