import type { SpecObject } from '../../model/spec-fields.ts';
import { hasAt, numberAt, objectsAt, textAt } from '../../model/spec-paths.ts';
import type { ConfigObject } from '../../model/workload.ts';

/** One place to which a VirtualService sends requests. */
export interface RouteDestination {
  readonly host: string;
  /** `""` for none. */
  readonly subset: string;
  readonly port: number | undefined;
  readonly use: 'http' | 'mirror' | 'tls' | 'tcp';
}

const found = new WeakMap<ConfigObject, readonly RouteDestination[]>();

/** Every destination of a VirtualService, mirrors included. */
export function destinationsIn(object: ConfigObject): readonly RouteDestination[] {
  const destinations = found.get(object) ?? readDestinations(object);
  found.set(object, destinations);
  return destinations;
}

function readDestinations({ spec }: ConfigObject): readonly RouteDestination[] {
  return [
    ...objectsAt(spec, 'http').flatMap((route) => [...routed(route, 'http'), ...mirrored(route)]),
    ...objectsAt(spec, 'tls').flatMap((route) => routed(route, 'tls')),
    ...objectsAt(spec, 'tcp').flatMap((route) => routed(route, 'tcp')),
  ];
}

function routed(route: SpecObject, use: RouteDestination['use']): readonly RouteDestination[] {
  const weighted = objectsAt(route, 'route').filter((each) => hasAt(each, 'destination'));
  return weighted.map(({ destination }) => destinationOf(destination, use));
}

function mirrored(route: SpecObject): readonly RouteDestination[] {
  const many = objectsAt(route, 'mirrors').flatMap((each) => (hasAt(each, 'destination') ? [each['destination']] : []));
  return [...(hasAt(route, 'mirror') ? [route['mirror']] : []), ...many].map((each) => destinationOf(each, 'mirror'));
}

function destinationOf(value: unknown, use: RouteDestination['use']): RouteDestination {
  return {
    host: textAt(value, 'host'),
    subset: textAt(value, 'subset'),
    port: numberAt(value, 'port', 'number'),
    use,
  };
}
