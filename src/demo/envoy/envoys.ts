import type { RequestListener } from 'node:http';
import type { Delivery, MeshProxy } from '../istiod/control-plane.ts';
import type { ObjectStore } from '../kube/store.ts';
import { envoyAdmin } from './admin.ts';
import { createHeld, type HeldConfig } from './held.ts';
import { createLoggers, type Loggers } from './loggers.ts';
import { type MeshView, meshReader } from './mesh-view.ts';
import { type SentConfig, sentConfig } from './sent-config.ts';

/** The Envoy of one proxy: what it holds, what it thinks of its hosts, and what it writes. */
export interface Envoy {
  readonly held: HeldConfig;
  readonly loggers: Loggers;
  /** What answers at its admin port. */
  readonly admin: RequestListener;
  /** It ejects these hosts of a cluster (outlier detection), and no others; none: all are back. */
  eject(cluster: string, addresses: readonly string[]): void;
}

/** The Envoys of the mesh. */
export interface Envoys {
  /** @param id `pod.namespace` */
  of(id: string): Envoy | undefined;
  all(): ReadonlyMap<string, Envoy>;
  /** Something of istiod's reached a proxy. */
  deliver(delivery: Delivery): void;
  /** What istiod would send a proxy now; undefined where there is no such pod. */
  wouldSend(proxy: MeshProxy): SentConfig | undefined;
}

export interface EnvoysOptions {
  readonly store: ObjectStore;
  readonly nodeName: string;
  /** When the pods started. */
  readonly startedAtMs: number;
  readonly now?: () => number;
}

export function createEnvoys({ store, nodeName, startedAtMs, now = Date.now }: EnvoysOptions): Envoys {
  const read = meshReader(store);
  const envoys = new Map<string, Envoy>();
  const make = (proxy: MeshProxy, view: MeshView): SentConfig | undefined => {
    const pod = view.pod(...placeOf(proxy.id));
    return pod === undefined ? undefined : sentConfig(view, pod, proxy.type);
  };
  const start = (proxy: MeshProxy): Envoy | undefined => {
    const pod = read().pod(...placeOf(proxy.id));
    if (pod === undefined) return undefined;
    const identity = {
      type: proxy.type,
      pod,
      workload: pod.name.replace(/-[^-]+-[^-]+$/, ''),
      istioVersion: proxy.version,
      nodeName,
      startedAtMs,
    };
    const held = createHeld({
      make: (view) => sentConfig(view, pod, proxy.type),
      rejects: proxy.rejects ?? {},
      now,
    });
    const loggers = createLoggers();
    const ejected = new Map<string, ReadonlySet<string>>();
    const envoy: Envoy = {
      held,
      loggers,
      admin: envoyAdmin({ identity, held, ejected, loggers, now }),
      eject: (cluster, addresses) => void ejected.set(cluster, new Set(addresses)),
    };
    envoys.set(proxy.id, envoy);
    return envoy;
  };
  return {
    of: (id) => envoys.get(id),
    all: () => envoys,
    deliver({ proxy, types, push }) {
      const envoy = envoys.get(proxy.id) ?? start(proxy);
      for (const type of types) envoy?.held.take(type, read(), push);
    },
    wouldSend: (proxy) => make(proxy, read()),
  };
}

/** A pod's name may hold dots, its namespace none. */
function placeOf(id: string): [namespace: string, name: string] {
  const dot = id.lastIndexOf('.');
  return [id.slice(dot + 1), id.slice(0, dot)];
}
