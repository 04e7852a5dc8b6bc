import { type SpecObject, specField, specList, specObject, specObjects, specText } from '../../model/spec-fields.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { serviceFqdn } from './service-name.ts';

/** A route as Envoy will know it, and where configuration sends it. */
export interface WeightedRoute {
  readonly name: string;
  readonly targets: readonly { readonly destination: string; readonly subset: string; readonly weight: number }[];
}

/** What resolves the names in a spec. */
export interface RouteScope {
  readonly clusterDomain: string;
  /** The VirtualService that a route of another one is left to, by `namespace/name`. */
  readonly delegate: (key: string) => ConfigObject | undefined;
}

/**
 * The HTTP routes of a VirtualService, each under the names that Envoy gives it: the route's, and behind a dot that of
 * each named match (Istio pilot/pkg/networking/core/route/route.go, translateRoute). What is left to a delegate bears
 * both names (pilot/pkg/model/virtualservice.go, mergeHTTPRoute), so a VirtualService without hosts, which is nothing
 * but a delegate, is only read where another one names it.
 */
export function virtualServiceRoutes(object: ConfigObject, scope: RouteScope): readonly WeightedRoute[] {
  if (specList(specField(object.spec, 'hosts')).length === 0) return [];
  return specObjects(specField(object.spec, 'http')).flatMap((http) => {
    const delegate = delegateOf(http, object.namespace, scope);
    if (delegate === undefined) return ownRoutes(http, object.namespace, scope);
    const root = specText(specField(http, 'name')) ?? '';
    return specObjects(specField(delegate.spec, 'http')).flatMap((leaf) =>
      ownRoutes({ ...leaf, name: joinNames(root, specText(specField(leaf, 'name')) ?? '') }, delegate.namespace, scope),
    );
  });
}

function delegateOf(http: SpecObject, namespace: string, { delegate }: RouteScope): ConfigObject | undefined {
  const named = specObject(specField(http, 'delegate'));
  const name = specText(specField(named, 'name'));
  return name === undefined ? undefined : delegate(`${specText(specField(named, 'namespace')) || namespace}/${name}`);
}

function joinNames(root: string, leaf: string): string {
  return root === '' || leaf === '' ? root || leaf : `${root}-${leaf}`;
}

function ownRoutes(http: SpecObject, namespace: string, { clusterDomain }: RouteScope): readonly WeightedRoute[] {
  const targets = specObjects(specField(http, 'route')).map((target) =>
    destinationOf(target, namespace, clusterDomain),
  );
  return targets.length === 0 ? [] : namesOf(http).map((name) => ({ name, targets }));
}

function destinationOf(target: SpecObject, namespace: string, clusterDomain: string): WeightedRoute['targets'][number] {
  const destination = specObject(specField(target, 'destination'));
  return {
    destination: serviceFqdn(specText(specField(destination, 'host')) ?? '', namespace, clusterDomain),
    subset: specText(specField(destination, 'subset')) ?? '',
    weight: weightOf(specField(target, 'weight'), 0),
  };
}

function namesOf(http: SpecObject): readonly string[] {
  const name = specText(specField(http, 'name')) ?? '';
  const matches = specObjects(specField(http, 'match')).map((match) => specText(specField(match, 'name')) ?? '');
  const names = matches.map((match) => (match === '' ? name : `${name}.${match}`));
  return [...new Set(names.length === 0 ? [name] : names)];
}

/** The rules of an HTTPRoute; Istio names one without a name by its place (pilot/pkg/config/kube/gateway, convertHTTPRoute). */
export function httpRouteRoutes(object: ConfigObject, { clusterDomain }: RouteScope): readonly WeightedRoute[] {
  return specObjects(specField(object.spec, 'rules')).flatMap((rule, position) => {
    const targets = specObjects(specField(rule, 'backendRefs'))
      .filter(isService)
      .map((backend) => ({
        destination: backendFqdn(backend, object.namespace, clusterDomain),
        subset: '',
        weight: weightOf(specField(backend, 'weight'), 1),
      }));
    const name = specText(specField(rule, 'name')) ?? `${object.namespace}.${object.name}.${position}`;
    return targets.length === 0 ? [] : [{ name, targets }];
  });
}

function isService(backend: SpecObject): boolean {
  return (specField(backend, 'group') ?? '') === '' && (specField(backend, 'kind') ?? 'Service') === 'Service';
}

function backendFqdn(backend: SpecObject, namespace: string, clusterDomain: string): string {
  const host = specText(specField(backend, 'name')) ?? '';
  return serviceFqdn(host, specText(specField(backend, 'namespace')) ?? namespace, clusterDomain);
}

function weightOf(value: unknown, unset: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : unset;
}
