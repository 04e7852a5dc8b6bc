import type { RequestListener } from 'node:http';
import type { MeshProxy } from '../istiod/control-plane.ts';
import { envoyAdmin } from './admin.ts';
import { createHeld, type HeldConfig } from './held.ts';
import { createLoggers, type Loggers } from './loggers.ts';
import type { ViewPod } from './mesh-view.ts';
import { sentConfig } from './sent-config.ts';

/** The Envoy of one proxy: what it holds, what it thinks of its hosts, and what it writes. */
export interface Envoy {
  readonly held: HeldConfig;
  readonly loggers: Loggers;
  /** What answers at its admin port. */
  readonly admin: RequestListener;
  /** It ejects these hosts of a cluster (outlier detection), and no others; none: all are back. */
  eject(cluster: string, addresses: readonly string[]): void;
}

export interface EnvoyOptions {
  readonly proxy: MeshProxy;
  readonly pod: ViewPod;
  readonly nodeName: string;
  readonly startedAtMs: number;
  readonly now: () => number;
}

/** It holds nothing yet. */
export function createEnvoy({ proxy, pod, nodeName, startedAtMs, now }: EnvoyOptions): Envoy {
  const identity = {
    type: proxy.type,
    pod,
    workload: pod.name.replace(/-[^-]+-[^-]+$/, ''),
    istioVersion: proxy.version,
    nodeName,
    startedAtMs,
  };
  const held = createHeld({ make: (view) => sentConfig(view, pod, proxy.type), rejects: proxy.rejects ?? {}, now });
  const loggers = createLoggers();
  const ejected = new Map<string, ReadonlySet<string>>();
  return {
    held,
    loggers,
    admin: envoyAdmin({ identity, held, ejected, loggers, now }),
    eject: (cluster, addresses) => void ejected.set(cluster, new Set(addresses)),
  };
}
