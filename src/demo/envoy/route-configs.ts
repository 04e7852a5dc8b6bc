import { type Body, ROUTES, typed } from './body.ts';
import type { VirtualServiceSpec } from './istio-specs.ts';
import { type MeshView, type ViewPort, type ViewService, wholeHost } from './mesh-view.ts';
import { ALLOW_ANY, defaultRoute, type VirtualService, virtualServiceRoutes } from './routes.ts';

export function routeConfig(name: string, hosts: readonly Body[]): Body {
  return typed(ROUTES, {
    name,
    virtual_hosts: hosts,
    validate_clusters: false,
    max_direct_response_body_size_bytes: 1_048_576,
    ignore_port_in_host_matching: true,
  });
}

/** What a sidecar of this namespace is sent: one for each HTTP port of the mesh, and one for each port that is sniffed. */
export function sidecarRouteConfigs(view: MeshView, namespace: string): readonly Body[] {
  const virtualServices = view.objects<VirtualServiceSpec>('VirtualService').filter(isOfMesh);
  const ports = view.services.flatMap((service) => service.ports.map((port) => ({ service, port })));
  const shared = Map.groupBy(
    ports.filter(({ port }) => port.protocol === 'http'),
    ({ port }) => port.port,
  );
  const single = ports.filter(({ port }) => port.protocol === 'auto');
  const hosts = (service: ViewService, port: ViewPort): Body => ({
    name: `${service.host}:${port.port}`,
    domains: domains(service, namespace),
    routes: routesOf(service, port, { view, virtualServices }),
    include_request_attempt_count: true,
  });
  return [
    ...[...shared].map(([port, of]) =>
      routeConfig(String(port), [...of.map((each) => hosts(each.service, each.port)), ALLOW_ANY]),
    ),
    ...single.map(({ service, port }) =>
      routeConfig(`${service.host}:${port.port}`, [{ ...hosts(service, port), domains: ['*'] }]),
    ),
  ];
}

/** A VirtualService that names no gateway is for sidecars. */
function isOfMesh({ spec }: VirtualService): boolean {
  return spec.gateways === undefined || spec.gateways.includes('mesh');
}

interface Routing {
  readonly view: MeshView;
  readonly virtualServices: readonly VirtualService[];
}

function routesOf(service: ViewService, port: ViewPort, { view, virtualServices }: Routing): readonly Body[] {
  const found = virtualServices.find(({ namespace, spec }) =>
    (spec.hosts ?? []).some((host) => wholeHost(host, namespace) === service.host),
  );
  if (found?.spec.http === undefined) return [defaultRoute(service, port)];
  return virtualServiceRoutes(found, { view, port: port.port });
}

/** Every name by which a client of that namespace may call a service. */
function domains({ host, name, namespace, clusterIp }: ViewService, from: string): readonly string[] {
  const near = from === namespace ? [name] : [];
  return [host, `${host}.`, ...near, `${name}.${namespace}.svc`, `${name}.${namespace}`, clusterIp];
}
