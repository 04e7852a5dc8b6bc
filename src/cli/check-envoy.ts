import { objectKey } from '../model/cluster.ts';
import type { FailedInspection, Inspections, LookFacts, ProxyInspection } from '../model/inspection.ts';
import { known } from '../model/observed.ts';
import { connectsByItself, proxyTypeOfPod } from '../model/proxy-pod.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import type { Pod } from '../model/workload.ts';
import { workloadOfPod } from '../model/workload-of-pod.ts';
import { systemClock } from '../runtime/clock.ts';
import type { ConfigDump } from '../sources/istiod/config-dump.ts';
import type { Look } from './check-look.ts';
import { LIMIT_BYTES } from './config-dump.ts';
import { reasonOf } from './kube-session.ts';

/** The snapshot with a look into the Envoy of a pod; what fails on the way is told in its place. */
export async function withEnvoyOf(
  snapshot: MeshSnapshot,
  name: { readonly namespace: string; readonly name: string },
  look: Look,
): Promise<MeshSnapshot> {
  const key = objectKey(name.namespace, name.name);
  const pod = known(snapshot.cluster.pods)?.get(key);
  const noLooks = pod === undefined ? 'its pod is not known' : lackOf(pod);
  if (pod === undefined || noLooks !== undefined) {
    return { ...snapshot, settings: { ...snapshot.settings, ...(noLooks !== undefined && { noLooks }) } };
  }
  look.say(`looking into the Envoy of ${name.name}`);
  const at = systemClock.now();
  const { facts, failed } = await lookInto(pod, snapshot, look);
  const workload = workloadOfPod(pod.name, pod, snapshot.cluster);
  const proxies: [string, ProxyInspection][] = facts === undefined ? [] : [[key, { ...name, workload, at, ...facts }]];
  const failures: [string, FailedInspection][] = failed === undefined ? [] : [[key, { at, detail: failed }]];
  const value: Inspections = { proxies: new Map(proxies), failed: new Map(failures) };
  const takenAt = systemClock.now();
  return { ...snapshot, takenAt, inspections: { state: 'fresh', at: takenAt, value } };
}

/** Why there is no Envoy in a pod that could be asked. */
function lackOf(pod: Pod): string | undefined {
  if (pod.proxy === undefined) return 'the pod has no Envoy';
  if (proxyTypeOfPod(pod) === 'ztunnel') return 'a ztunnel is no Envoy';
  if (!connectsByItself(pod)) return 'gRPC without a proxy: there is no Envoy in the pod';
  return pod.proxy.running ? undefined : 'its istio-proxy does not run';
}

interface Looked {
  readonly facts?: LookFacts;
  /** What went wrong: with the Envoy where there are no facts, else with istiod. */
  readonly failed?: string;
}

/** istiod is asked first, so that Envoy has had the time to take in what istiod says. */
async function lookInto(pod: Pod, snapshot: MeshSnapshot, look: Look): Promise<Looked> {
  const { io, options, toEnvoys } = look;
  const [{ createEnvoyAdmin }, { LOOK_PARTS }, { inspectInThread }] = await Promise.all([
    import('../sources/envoy/admin.ts'),
    import('../app/inspection.ts'),
    import('../app/inspect-in-thread.ts'),
  ]);
  const who = { namespace: pod.namespace, pod: pod.name };
  const admin = createEnvoyAdmin({ portForward: toEnvoys, deadlineMs: options.timeoutMs, limitBytes: LIMIT_BYTES });
  const sent = await attempt(() => askIstiod(who, snapshot, look));
  const looked = await attempt(async () => {
    const answers = await admin.fetch(who, LOOK_PARTS, io.signal);
    const siblings = { pods: [pod.name], addresses: pod.ips };
    const task = { pod: who, answers, sent: sent.value, siblings, wantsDiff: false, limitBytes: LIMIT_BYTES };
    return inspectInThread(task, io.signal);
  });
  if (looked.value === undefined) return { failed: looked.failed };
  const { facts, istiod } = looked.value;
  const failed = sent.failed ?? istiod?.detail;
  return { facts, ...(failed !== undefined && { failed }) };
}

async function askIstiod(
  who: { readonly namespace: string; readonly pod: string },
  { cluster }: MeshSnapshot,
  look: Look,
): Promise<ConfigDump> {
  const { options, io, toIstiods, trust } = look;
  const { createConfigDumps, istiodTargets } = await import('../sources/istiod/config-dump.ts');
  const { fixedIstiods } = await import('../sources/istiod/discover.ts');
  const { createForwardingClient } = await import('../sources/istiod/forwarding-client.ts');
  const { createHttpClient } = await import('../sources/istiod/http-client.ts');
  const { xdsWayOnce } = await import('../sources/istiod/once.ts');
  const bounds = { deadlineMs: options.timeoutMs, limitBytes: LIMIT_BYTES };
  const { wish: access, tokenFile } = options.access;
  const xds = trust && xdsWayOnce({ trust, ...bounds }, toIstiods);
  const { urls } = options;
  const targets = urls.length > 0 ? fixedIstiods(urls) : istiodTargets(known(cluster.pods)?.values() ?? []);
  const direct = createHttpClient();
  const client = toIstiods ? createForwardingClient({ portForward: toIstiods, targets, direct }) : direct;
  try {
    return await createConfigDumps({ way: { client, targets, tokenFile }, xds, access, ...bounds }).read(
      who,
      io.signal,
    );
  } finally {
    xds?.close();
    await client.close();
  }
}

type Attempt<T> =
  | { readonly value: T; readonly failed?: undefined }
  | { readonly value?: undefined; readonly failed: string };

async function attempt<T>(run: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { failed: reason.detail };
  }
}
