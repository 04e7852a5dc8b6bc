import type { SentType } from '../istiod/control-plane.ts';
import { keyOf, type NewObject } from '../kube/object.ts';
import { resourceOfKind } from '../kube/resources.ts';
import { canaryObject } from '../mesh/istio-objects.ts';
import type { DemoMesh, DemoProxy } from '../mesh/mesh.ts';
import { allowSameNamespace, defaultDeny } from '../mesh/network-policies.ts';
import { ISTIODS, REJECTION, type WorkloadName } from '../mesh/workloads.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { Deed } from './deed.ts';
import { envoyDoers, reachConnected } from './perform-envoy.ts';

/** What deeds change. */
export interface Stage {
  readonly mesh: DemoMesh;
  readonly traffic: Pick<Traffic, 'route' | 'payments'>;
}

/** Does deeds, and remembers what their log lines refer to. */
export type Performer = (deed: Deed) => void;

const NETWORK_POLICIES = resourceOfKind('networking.k8s.io/v1', 'NetworkPolicy');

export function createPerformer({ mesh, traffic }: Stage): Performer {
  const lostAtMs = new Map<WorkloadName, number>();
  const of = (pod: WorkloadName): DemoProxy => {
    const found = mesh.proxies.get(pod);
    if (found === undefined) throw new Error(`${pod} has no proxy`);
    return found;
  };
  const doers: { readonly [D in Deed['do']]: (deed: Extract<Deed, { do: D }>) => void } = {
    apply_policy: ({ policy, directions }) => {
      mesh.store.create((policy === 'default-deny' ? defaultDeny : allowSameNamespace)(directions));
    },
    remove_policy: ({ policy }) => {
      mesh.store.remove(NETWORK_POLICIES, 'payment', policy);
    },
    silence: ({ pods }) => {
      for (const pod of pods) mesh.control.setHeard(of(pod).proxy.id, false);
    },
    declare_weights: ({ weights }) => {
      mesh.store.update(canaryObject(weights), { manager: 'kubectl-patch', operation: 'Update' });
    },
    apply: ({ object }) => apply(mesh, object),
    delete: ({ object: { apiVersion, kind, metadata } }) => {
      mesh.store.remove(resourceOfKind(apiVersion, kind), metadata.namespace, metadata.name);
      push(mesh, PUSHED_FOR[kind] ?? []);
    },
    payments: ({ fare }) => traffic.payments(fare),
    ...envoyDoers(mesh),
    push: ({ types }) => push(mesh, types),
    route({ weights }) {
      traffic.route(weights);
      reachConnected(mesh);
    },
    disconnect: ({ pod }) => mesh.control.disconnect(of(pod).proxy.id),
    log_lost: ({ pod, way }) => {
      const nowMs = Date.now();
      lostAtMs.set(pod, nowMs);
      const { lines, log } = of(pod);
      log.write([way === 'keepalive' ? lines.lostByKeepalive(nowMs) : lines.lostByTimeout(nowMs)]);
    },
    log_failing: ({ pod }) => {
      const nowMs = Date.now();
      const { lines, log } = of(pod);
      log.write([lines.reconnectFails(nowMs, lostAtMs.get(pod) ?? nowMs)]);
    },
    reconnect: ({ pod, istiod }) => {
      const { proxy, lines, log } = of(pod);
      mesh.control.connect(proxy, ISTIODS[istiod] ?? '');
      log.write([lines.back(Date.now())]);
    },
  };
  return (deed) => (doers[deed.do] as (deed: Deed) => void)(deed);
}

/** What istiod makes anew, and sends to everybody, when an object of a kind changes. */
const PUSHED_FOR: Readonly<Record<string, readonly SentType[]>> = {
  AuthorizationPolicy: ['lds'],
  DestinationRule: ['cds', 'eds'],
  EnvoyFilter: ['lds'],
  Gateway: ['lds', 'rds'],
  PeerAuthentication: ['lds'],
  Telemetry: ['lds'],
  VirtualService: ['rds'],
};

/** As `kubectl apply` does: a new object, or a changed one. istiod sees it, too. */
function apply(mesh: DemoMesh, object: NewObject): void {
  const { store } = mesh;
  const isThere = store.collection(resourceOfKind(object.apiVersion, object.kind)).get(keyOf(object)) !== undefined;
  if (isThere) store.update(object, { manager: 'kubectl-client-side-apply', operation: 'Update' });
  else store.create(object);
  push(mesh, PUSHED_FOR[object.kind] ?? []);
}

/** istiod pushes to everybody; who rejects it says so in the log. */
export function push(mesh: DemoMesh, types: readonly SentType[]): void {
  if (types.length === 0) return;
  mesh.control.push(types);
  if (!types.includes('lds')) return;
  for (const { proxy, lines, log } of mesh.proxies.values()) {
    if (proxy.rejects?.lds !== undefined) log.write(lines.rejected(Date.now(), REJECTION));
  }
}
