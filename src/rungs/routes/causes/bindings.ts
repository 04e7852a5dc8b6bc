import { fqdnOf } from '../../../model/cluster-domain.ts';
import { objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { fullHost } from '../../analysis/host-names.ts';
import { scopesOf } from '../../analysis/hosts.ts';
import { meshOf } from '../../analysis/mesh.ts';
import type { World } from '../../analysis/world.ts';
import { shellWord } from '../../wording.ts';
import type { Split } from '../splits.ts';

/** Where a VirtualService is in force. */
export interface Binding {
  /** Its hosts, complete. */
  readonly hosts: readonly string[];
  /** In the proxies of the mesh, not only at gateways. */
  readonly isForMesh: boolean;
  /** `namespace/name` of the gateways it names. */
  readonly gateways: readonly string[];
}

/** Without gateways it is for the mesh alone (Istio API, VirtualService `gateways`). */
export function bindingOf({ namespace, spec }: ConfigObject): Binding {
  const named = textsAt(spec, 'gateways');
  return {
    hosts: textsAt(spec, 'hosts').map((host) => fullHost(host, namespace)),
    isForMesh: named.length === 0 || named.includes('mesh'),
    gateways: [...new Set(named.filter((name) => name !== 'mesh').map((name) => gatewayKey(name, namespace)))],
  };
}

/** `gw`, `ns/gw`, `./gw` and the old `gw.ns.svc.cluster.local` (Istio pilot/pkg/model, resolveGatewayName). */
function gatewayKey(name: string, namespace: string): string {
  if (name.startsWith('./')) return `${namespace}/${name.slice(2)}`;
  if (name.includes('/')) return name;
  const [gateway = '', space] = name.split('.');
  return `${space ?? namespace}/${gateway}`;
}

/** Complete names of the Services whose requests an HTTPRoute divides: those among its parents. */
export function parentHosts({ namespace, spec }: ConfigObject): readonly string[] {
  const parents = objectsAt(spec, 'parentRefs').filter((parent) => textAt(parent, 'kind') === 'Service');
  return parents.map((parent) =>
    fqdnOf({ namespace: textAt(parent, 'namespace') || namespace, name: textAt(parent, 'name') }),
  );
}

/** The namespaces that see a VirtualService; `*` stands for all. */
export function exportedTo({ namespace, spec }: ConfigObject, world: World): readonly string[] {
  const own = textsAt(spec, 'exportTo');
  const scopes = own.length > 0 ? own : textsAt(meshOf(world).config?.raw, 'defaultVirtualServiceExportTo');
  return scopesOf(scopes, namespace);
}

export function isSeenFrom(scopes: readonly string[], namespace: string): boolean {
  return scopes.includes('*') || scopes.includes(namespace);
}

/** A command that shows the object. */
export function showCommand({ object }: Pick<Split, 'object'>): string {
  return `kubectl -n ${shellWord(object.namespace)} get ${object.kind.toLowerCase()} ${shellWord(object.name)} -o yaml`;
}
