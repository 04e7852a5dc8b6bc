import type { EnvoyConfig } from '../model/envoy-config.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { nameOf } from './config-dump.ts';
import { readFromMesh } from './config-live.ts';
import { findPod } from './config-pod.ts';
import { type AskedPod, type PodName, readAskedPod, readPodName } from './config-pod-name.ts';
import type { IstiodFlags } from './diff-istiod.ts';
import { readConfig } from './diff-output.ts';
import { type Io, UserError } from './io.ts';
import { checkAccess } from './istiod-access.ts';
import { type LiveFlags, type LiveMesh, readLiveOrigin, withLiveMesh } from './kube-session.ts';

/** As commander gives them. */
export interface SideFlags extends LiveFlags, IstiodFlags {
  readonly istiod?: string;
  readonly envoy?: string;
}

/** What istiod would send, and what Envoy has. */
export interface Sides {
  readonly sent: EnvoyConfig;
  readonly loaded: EnvoyConfig;
}

/** What was given as files. */
interface Given {
  readonly sent: EnvoyConfig | undefined;
  readonly loaded: EnvoyConfig | undefined;
}

/**
 * Both sides, each from its file or, where there is none, from the mesh. istiod is asked first, so that Envoy has had
 * the time to take in what istiod says.
 * @throws UserError
 */
export async function readSides(pod: string | undefined, flags: SideFlags, io: Io): Promise<Sides> {
  checkSides(flags);
  const { istiod, envoy, namespace } = flags;
  const sent = istiod === undefined ? undefined : await istiodFile(istiod, io);
  const loaded = envoy === undefined ? undefined : await envoyFile(envoy, io);
  if (sent !== undefined && loaded !== undefined) {
    if (pod !== undefined) readPodName(pod, namespace);
    return { sent, loaded };
  }
  if (pod === undefined) throw new UserError('whose? Give POD.NAMESPACE, or files with --istiod and --envoy');
  return readMissing(pod, { sent, loaded }, flags, io);
}

function checkSides(flags: SideFlags): void {
  const { istiod, envoy, url = [] } = flags;
  if (istiod === '-' && envoy === '-') throw new UserError('--istiod - and --envoy -: stdin can be read once');
  if (istiod !== undefined && url.length > 0) throw new UserError('--istiod and --url: give one of them');
  checkAccess(flags, istiod === undefined ? (url.length > 0 ? 'urls' : 'kubernetes') : 'files');
}

async function readMissing(pod: string, given: Given, flags: SideFlags, io: Io): Promise<Sides> {
  const { url = [], namespace } = flags;
  // Nothing of the cluster is needed then.
  if (url.length > 0 && given.loaded !== undefined) {
    const { readFromIstiodUrls } = await import('./diff-istiod.ts');
    return { sent: await readFromIstiodUrls(readPodName(pod, namespace), flags, io), loaded: given.loaded };
  }
  const asked = readAskedPod(pod, namespace);
  return withLiveMesh(readLiveOrigin(flags), io, FILES_INSTEAD, async (mesh) => {
    const { pod: name, namespace: where } = await findPod(mesh.api, asked, io);
    const exact: AskedPod = { of: 'pods', name, namespace: where };
    const sent = given.sent ?? (await fromIstiod(mesh, { pod: name, namespace: where }, flags, io));
    return { sent, loaded: given.loaded ?? (await fromEnvoy(mesh, exact, io)) };
  });
}

const FILES_INSTEAD = '--istiod and --envoy with files; meshladder diff --help says how to get them';
const COMPARED: readonly EnvoyPart[] = ['bootstrap', 'clusters', 'listeners', 'routes', 'endpoints'];

async function fromEnvoy(mesh: LiveMesh, exact: AskedPod, io: Io): Promise<EnvoyConfig> {
  const { dump } = await readFromMesh(mesh, exact, COMPARED, io);
  if (dump.config === undefined) throw new UserError(`${exact.name}.${exact.namespace}: it tells no configuration`);
  return dump.config;
}

async function fromIstiod(mesh: LiveMesh, pod: PodName, flags: SideFlags, io: Io): Promise<EnvoyConfig> {
  const { readFromIstiodPods, readFromIstiodUrls } = await import('./diff-istiod.ts');
  return (flags.url ?? []).length > 0 ? readFromIstiodUrls(pod, flags, io) : readFromIstiodPods(mesh, pod, flags, io);
}

/** Two files are soon swapped, and the answer would be right and read wrongly. */
async function istiodFile(file: string, io: Io): Promise<EnvoyConfig> {
  const config = await readConfig(file, io);
  if (config.bootstrap === undefined) return config;
  throw new UserError(`--istiod ${nameOf(file)}: it has a bootstrap, so it is a dump of Envoy's own`);
}

async function envoyFile(file: string, io: Io): Promise<EnvoyConfig> {
  const config = await readConfig(file, io);
  if (config.spelling !== 'camel') return config;
  throw new UserError(`--envoy ${nameOf(file)}: it is spelled as istiod and istioctl do; give Envoy's own answer`);
}
