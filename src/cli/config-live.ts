import type { EnvoyDump } from '../model/envoy-config.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { findPod } from './config-pod.ts';
import type { AskedPod, PodName } from './config-pod-name.ts';
import type { Io } from './io.ts';
import { type LiveMesh, type LiveOrigin, withLiveMesh } from './kube-session.ts';
import { withProgress } from './progress.ts';

/** What a running Envoy has, and whose it is. */
export interface LiveDump {
  readonly pod: PodName;
  readonly dump: EnvoyDump;
}

/** Parts of what the Envoy of a pod has. @throws UserError */
export function readLiveDump(
  asked: AskedPod,
  origin: LiveOrigin,
  parts: readonly EnvoyPart[],
  io: Io,
): Promise<LiveDump> {
  return withLiveMesh(origin, io, fileInstead(asked), (mesh) => readFromMesh(mesh, asked, parts, io));
}

/** The same of a mesh that is at hand. */
export async function readFromMesh(
  mesh: LiveMesh,
  asked: AskedPod,
  parts: readonly EnvoyPart[],
  io: Io,
): Promise<LiveDump> {
  const pod = await findPod(mesh.api, asked, io);
  const what = `reading what the Envoy of ${pod.pod}.${pod.namespace} has`;
  return { pod, dump: await withProgress(io, what, () => mesh.admin.read(pod, parts, io.signal)) };
}

/** What to do without a cluster. */
export function fileInstead({ name: pod, namespace }: AskedPod): string {
  const name = `${pod}.${namespace}`;
  return `its dump as a file. To get one:
  istioctl proxy-config all ${name} -o json > ${name}.json
or, endpoints included:
  kubectl -n ${namespace} exec ${pod} -c istio-proxy -- pilot-agent request GET 'config_dump?include_eds' > ${name}.json`;
}
