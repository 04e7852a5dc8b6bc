import { type Delivery, type MeshProxy, SENT_TYPES } from '../istiod/control-plane.ts';
import type { ProxyCrowd } from '../istiod/syncz.ts';
import type { PushVersion } from '../istiod/xds-nonce.ts';
import type { ObjectStore } from '../kube/store.ts';
import { createEnvoy, type Envoy } from './envoy.ts';
import { meshReader, type ViewPod } from './mesh-view.ts';
import { type SentConfig, sentConfig } from './sent-config.ts';

/** The Envoys of the mesh. */
export interface Envoys {
  /** @param id `pod.namespace` */
  of(id: string): Envoy | undefined;
  /** Those of the story; those of the crowd are made when somebody asks for one. */
  all(): ReadonlyMap<string, Envoy>;
  /** Something of istiod's reached a proxy. */
  deliver(delivery: Delivery): void;
  /** What istiod would send a proxy now; undefined where there is no such pod. */
  wouldSend(proxy: MeshProxy): SentConfig | undefined;
}

export interface EnvoysOptions {
  readonly store: ObjectStore;
  /** Proxies of whom nothing is kept: they hold whatever was pushed last. */
  readonly crowd: ProxyCrowd;
  readonly nodeName: string;
  /** When the pods started. */
  readonly startedAtMs: number;
  readonly now?: () => number;
}

/** Of the crowd so many are remembered; what was set in the others is forgotten. */
const MOST_REMEMBERED = 100;

export function createEnvoys({ store, crowd, now = Date.now, ...facts }: EnvoysOptions): Envoys {
  const read = meshReader(store);
  const envoys = new Map<string, Envoy>();
  const remembered = new Map<string, Envoy>();
  let last: PushVersion = { atMs: facts.startedAtMs, number: 1 };
  const podOf = ({ id }: MeshProxy): ViewPod | undefined => read().pod(...placeOf(id));
  const start = (proxy: MeshProxy): Envoy | undefined => {
    const pod = podOf(proxy);
    return pod === undefined ? undefined : createEnvoy({ proxy, pod, now, ...facts });
  };
  const ofCrowd = (id: string): Envoy | undefined => {
    if (crowd.find(id) === undefined) return undefined;
    const envoy = remembered.get(id) ?? start({ id, type: 'sidecar', address: '', version: crowd.version });
    if (envoy === undefined) return undefined;
    remembered.delete(id);
    remembered.set(id, envoy);
    const [oldest] = remembered.keys();
    if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    for (const type of SENT_TYPES) envoy.held.take(type, read(), last);
    return envoy;
  };
  return {
    of: (id) => envoys.get(id) ?? ofCrowd(id),
    all: () => envoys,
    deliver({ proxy, types, push }) {
      last = push;
      const envoy = envoys.get(proxy.id) ?? start(proxy);
      if (envoy === undefined) return;
      envoys.set(proxy.id, envoy);
      for (const type of types) envoy.held.take(type, read(), push);
    },
    wouldSend(proxy) {
      const pod = podOf(proxy);
      return pod === undefined ? undefined : sentConfig(read(), pod, proxy.type);
    },
  };
}

/** A pod's name may hold dots, its namespace none. */
function placeOf(id: string): [namespace: string, name: string] {
  const dot = id.lastIndexOf('.');
  return [id.slice(dot + 1), id.slice(0, dot)];
}
