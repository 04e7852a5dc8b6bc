import { join } from 'node:path';
import { createEnvoys, type Envoys } from '../envoy/envoys.ts';
import { type ControlPlaneModel, createControlPlane, type MeshProxy } from '../istiod/control-plane.ts';
import { type KubeServer, startKubeServer } from '../kube/server.ts';
import { createObjectStore, type ObjectStore } from '../kube/store.ts';
import type { LogWriter } from '../node-logs/container-log.ts';
import { createNodeLogs, type NodeLogs } from '../node-logs/node-logs.ts';
import { createProxyLines, type ProxyLines } from '../traffic/proxy-lines.ts';
import { rootCertificateObject } from './control-objects.ts';
import { addCrowd, createCrowd } from './crowd.ts';
import { AGES_MS, fillStore } from './fill-store.ts';
import { type IstiodAccess, startIstiods } from './istiods.ts';
import { podPorts } from './pod-ports.ts';
import { createTokens, type MeshTokens } from './tokens.ts';
import {
  ISTIO_VERSION,
  ISTIODS,
  NODE,
  PROXIED,
  proxyId,
  REJECTION,
  WORKLOADS,
  type WorkloadName,
} from './workloads.ts';

/** A proxy of the mesh: what istiod knows of it, and what it writes. */
export interface DemoProxy {
  readonly proxy: MeshProxy;
  readonly log: LogWriter;
  readonly lines: ProxyLines;
}

/** The whole mesh: an API server, two istiods, and the logs of a node. */
export interface DemoMesh {
  readonly store: ObjectStore;
  readonly control: ControlPlaneModel;
  readonly kube: KubeServer;
  readonly logs: NodeLogs;
  readonly tokens: MeshTokens;
  readonly proxies: ReadonlyMap<WorkloadName, DemoProxy>;
  /** What runs beside the applications, by `pod.namespace`. */
  readonly envoys: Envoys;
  /** PEM of the authority by which istiods are known over xDS; undefined where they are asked over HTTP. */
  readonly rootCertificate: string | undefined;
  close(): Promise<void>;
}

export interface DemoMeshOptions {
  /** A folder of our own for log files. */
  readonly folder: string;
  /** Proxies beside those of the story. */
  readonly extraProxies: number;
  /** A log file this large is rotated. */
  readonly rotateAtBytes: number;
  /** Default `http`. */
  readonly istiodAccess?: IstiodAccess | undefined;
}

/** Starts the mesh, healthy but for what is always wrong in it: one rejection, one pod without a sidecar. */
export async function startMesh(options: DemoMeshOptions): Promise<DemoMesh> {
  const { folder, extraProxies, rotateAtBytes, istiodAccess: access = 'http' } = options;
  const nowMs = Date.now();
  const tokens = createTokens();
  const store = createObjectStore({ firstVersion: 1000 });
  const crowd = createCrowd(extraProxies, nowMs - AGES_MS.pods);
  const envoys = createEnvoys({ store, crowd, nodeName: NODE, startedAtMs: nowMs - AGES_MS.pods });
  const control = createControlPlane({ delivered: envoys.deliver });
  const { wouldSend } = envoys;
  const istiods = await startIstiods({ access, model: control, crowd, tokens: tokens.rights, wouldSend });
  const { rootCertificate } = istiods;
  const ports = istiods.each.map(({ http, xds }) => ({ monitoring: http.port, xds: xds?.port }));
  const pods = fillStore(store, ports, nowMs);
  if (rootCertificate !== undefined) store.create(rootCertificateObject(rootCertificate, nowMs - AGES_MS.control));
  addCrowd(store, extraProxies, nowMs - AGES_MS.pods);
  store.compact();
  const logs = createNodeLogs({ root: join(folder, 'pods'), rotateAtBytes });
  const kube = await startKubeServer({ store, users: tokens.users, logs, ports: podPorts(istiods.each, envoys) });
  const proxies = new Map(
    PROXIED.map((name, index) => {
      const uid = pods.get(name)?.metadata.uid ?? '';
      return [name, demoProxy(name, { logs, uid, thread: 20 + index })] as const;
    }),
  );
  for (const [name, { proxy }] of proxies) control.connect(proxy, ISTIODS[WORKLOADS[name].istiod] ?? '');
  return {
    store,
    control,
    kube,
    logs,
    tokens,
    proxies,
    envoys,
    rootCertificate,
    async close() {
      await Promise.all([kube.close(), istiods.close(), logs.close()]);
    },
  };
}

function demoProxy(
  name: WorkloadName,
  { logs, uid, thread }: { readonly logs: NodeLogs; readonly uid: string; readonly thread: number },
): DemoProxy {
  const workload = WORKLOADS[name];
  const id = proxyId(workload);
  const { namespace, ip } = workload;
  const role = workload.proxy === 'router' ? 'router' : 'sidecar';
  const pod = id.slice(0, id.length - namespace.length - 1);
  return {
    proxy: {
      id,
      type: role,
      address: ip,
      version: ISTIO_VERSION,
      ...(name === 'reviewsV2' && { rejects: { lds: REJECTION } }),
    },
    log: logs.open({ namespace, pod, uid, container: 'istio-proxy' }),
    lines: createProxyLines({ id, ip, role, namespace, thread }),
  };
}
