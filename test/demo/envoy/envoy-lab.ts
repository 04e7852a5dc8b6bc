import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DemoMesh, startMesh } from '../../../src/demo/mesh/mesh.ts';
import { ISTIODS, podName, WORKLOADS, type WorkloadName } from '../../../src/demo/mesh/workloads.ts';
import type { Deed } from '../../../src/demo/scenario/deed.ts';
import { createPerformer } from '../../../src/demo/scenario/perform.ts';
import type { EnvoyConfig, EnvoyDump } from '../../../src/model/envoy-config.ts';
import { differingNames } from '../../../src/rungs/config-diff/istiod-and-envoy.ts';
import { createEnvoyAdmin, type EnvoyAdmin, type EnvoyPod } from '../../../src/sources/envoy/admin.ts';
import type { EnvoyPart } from '../../../src/sources/envoy/admin-requests.ts';
import { readEnvoyAnswer } from '../../../src/sources/envoy/read-answer.ts';
import { createConfigDumps } from '../../../src/sources/istiod/config-dump.ts';
import { fixedIstiods } from '../../../src/sources/istiod/discover.ts';
import { createForwardingClient } from '../../../src/sources/istiod/forwarding-client.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import type { PodAnswer } from '../../../src/sources/pod-port.ts';

/** The whole demo mesh, and the ways in which the exporter looks into it. */
export interface EnvoyLab {
  readonly mesh: DemoMesh;
  readonly admin: EnvoyAdmin;
  perform(deed: Deed): void;
  /** Everything that the Envoy of a pod holds. */
  held(name: WorkloadName | EnvoyPod, parts?: readonly EnvoyPart[]): Promise<EnvoyDump>;
  /** What istiod would send it. */
  sent(name: WorkloadName | EnvoyPod): Promise<EnvoyConfig>;
  /** Names of what differs between the two, by section. */
  differences(name: WorkloadName | EnvoyPod): Promise<Record<string, readonly string[] | undefined>>;
  /** One request to the admin port, as it is answered. */
  ask(name: WorkloadName, path: string, method?: 'GET' | 'POST'): Promise<{ status: number; text: string }>;
}

export const CONFIG = ['bootstrap', 'clusters', 'listeners', 'routes', 'endpoints'] as const;

export function podOf(name: WorkloadName | EnvoyPod): EnvoyPod {
  if (typeof name !== 'string') return name;
  return { namespace: WORKLOADS[name].namespace, pod: podName(WORKLOADS[name]) };
}

export async function startEnvoyLab(context: TestContext, extraProxies = 0): Promise<EnvoyLab> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-envoys-'));
  const mesh = await startMesh({ folder, extraProxies, rotateAtBytes: 1 << 30 });
  context.after(async () => {
    await mesh.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const headers = { authorization: `Bearer ${mesh.tokens.kube}` };
  const access = {
    server: mesh.kube.url,
    origin: 'a test',
    credentials: async () => ({ headers, tls: {} }),
    renew: async () => {},
  };
  const { signal } = new AbortController();
  const portForward = createPortForward({ access });
  const admin = createEnvoyAdmin({ portForward });
  const targets = fixedIstiods(ISTIODS.map((pod) => `http://${pod}:15014`)).map((target, at) => {
    const port = { namespace: 'istio-system', pod: ISTIODS[at] ?? '', port: 15_014 };
    return { ...target, port };
  });
  const client = createForwardingClient({ portForward, targets });
  const dumps = createConfigDumps({ way: { client, targets, tokenFile: undefined } });
  const traffic = { route: () => undefined, payments: () => undefined };
  const held: EnvoyLab['held'] = (name, parts = CONFIG) => admin.read(podOf(name), parts, signal);
  const sent: EnvoyLab['sent'] = async (name) => {
    const { chunks } = await dumps.read(podOf(name), signal);
    const { config } = await readEnvoyAnswer(iterate(chunks), 1 << 27);
    assert.ok(config);
    return config;
  };
  return {
    mesh,
    admin,
    perform: createPerformer({ mesh, traffic }),
    held,
    sent,
    async differences(name) {
      const [{ config }, would] = await Promise.all([held(name), sent(name)]);
      assert.ok(config);
      return differingNames(would, config);
    },
    async ask(name, path, method = 'GET') {
      const request = { method, path, deadlineMs: 10_000, limitBytes: 1 << 27 };
      const answer: PodAnswer = await portForward.ask({ ...podOf(name), port: 15_000 }, request, signal);
      return { status: answer.status, text: Buffer.concat(answer.chunks).toString() };
    },
  };
}

async function* iterate(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
