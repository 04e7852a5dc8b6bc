import { numberAt, objectsAt, textsAt } from '../../model/spec-paths.ts';
import type { ConfigObject, Service } from '../../model/workload.ts';
import { fullHost } from './host-names.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** Where a host leads. */
export interface Destination {
  readonly ports: readonly number[];
  readonly service?: Service;
  readonly entry?: ConfigObject;
}

/** From where a host is asked for. */
export interface Viewpoint {
  readonly namespace: string;
  /** `exportTo` of the object that names the host. */
  readonly exportTo: readonly string[];
}

interface Hosts {
  /** By the namespace that sees it, or `*`, and the full host. */
  readonly exact: ReadonlyMap<string, Destination>;
  readonly wildcards: readonly Wildcard[];
}

interface Wildcard {
  readonly scope: string;
  /** What follows the star. */
  readonly suffix: string;
  readonly destination: Destination;
}

const EXPORT_TO = 'networking.istio.io/exportTo';

const hostsOf = perWorld((world): Hosts => {
  const named = [
    ...world.config('serviceentries.networking.istio.io').flatMap(entryHosts),
    ...world.services.flatMap(serviceHosts),
  ];
  return {
    // A later one takes the place of an earlier one, and services come last.
    exact: new Map(named.map(({ scope, full, destination }) => [hostKey(scope, full), destination])),
    wildcards: named.flatMap(({ scope, host, destination }) =>
      host.startsWith('*') ? [{ scope, suffix: host.slice(1), destination }] : [],
    ),
  };
});

/** One host as one scope sees it. */
interface NamedHost {
  readonly scope: string;
  readonly host: string;
  readonly full: string;
  readonly destination: Destination;
}

function entryHosts(entry: ConfigObject): readonly NamedHost[] {
  const { namespace, spec } = entry;
  const destination: Destination = { ports: portsOf(entry), entry };
  return scopesOf(textsAt(spec, 'exportTo'), namespace).flatMap((scope) =>
    textsAt(spec, 'hosts').map((host) => ({ scope, host, full: fullHost(host, namespace), destination })),
  );
}

function serviceHosts(service: Service): readonly NamedHost[] {
  const { namespace, name: host, annotations } = service;
  const destination: Destination = { ports: service.ports.map(({ port }) => port), service };
  const scopes = scopesOf(annotatedScopes(annotations?.[EXPORT_TO]), namespace);
  return scopes.map((scope) => ({ scope, host, full: fullHost(host, namespace), destination }));
}

function portsOf({ spec }: ConfigObject): readonly number[] {
  return objectsAt(spec, 'ports').flatMap((port) => numberAt(port, 'number') ?? []);
}

function annotatedScopes(annotation: string | undefined): readonly string[] {
  // As istioctl reads it: what stands behind a space is no namespace.
  return annotation ? annotation.split(',') : [];
}

/** The namespaces to which something is exported; `*` stands for all. */
export function scopesOf(exportTo: readonly string[], namespace: string): readonly string[] {
  if (exportTo.length === 0 || exportTo.includes('*')) return ['*'];
  return [...new Set(exportTo.map((scope) => (scope === '.' ? namespace : scope)))];
}

function hostKey(scope: string, host: string): string {
  return `${scope}/${host}`;
}

/** The destination that a host means, seen as istioctl sees it; `undefined` where no service and no entry has it. */
export function destinationOf(world: World, host: string, from: Viewpoint): Destination | undefined {
  const { exact, wildcards } = hostsOf(world);
  const full = fullHost(host, from.namespace);
  for (const scope of viewsOf(from)) {
    const found = exact.get(hostKey(scope, full));
    if (found !== undefined) return found;
  }
  const tail = host.startsWith('*') ? host.slice(1) : host;
  const visible = wildcards.find(({ scope, suffix }) => isSeen(scope, from) && tail.endsWith(suffix));
  return visible?.destination;
}

function viewsOf({ namespace, exportTo }: Viewpoint): readonly string[] {
  if (exportTo.length === 0) return ['*', namespace];
  return ['*', ...exportTo.map((scope) => (scope === '.' ? namespace : scope))];
}

function isSeen(scope: string, { namespace }: Viewpoint): boolean {
  return scope === '*' || scope === namespace;
}
