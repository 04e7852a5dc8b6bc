import type { EnvoyConfig } from '../model/envoy-config.ts';
import type { Pod } from '../model/workload.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../sources/envoy/read-answer.ts';
import { type ConfigDump, createConfigDumps, type IstiodWay, istiodTargets } from '../sources/istiod/config-dump.ts';
import { fixedIstiods } from '../sources/istiod/discover.ts';
import { createForwardingClient } from '../sources/istiod/forwarding-client.ts';
import { createHttpClient } from '../sources/istiod/http-client.ts';
import { xdsWayOnce } from '../sources/istiod/once.ts';
import type { XdsTrust } from '../sources/istiod/xds-way.ts';
import { listAll } from '../sources/kubernetes/list-all.ts';
import { mapPod } from '../sources/kubernetes/objects/pods.ts';
import type { PortForward } from '../sources/pod-port.ts';
import { LIMIT_BYTES } from './config-dump.ts';
import type { PodName } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';
import { type AccessFlags, accessNote, readAccess } from './istiod-access.ts';
import { trustOf } from './istiod-trust.ts';
import { type LiveFlags, type LiveMesh, readLiveOrigin, reasonOf } from './kube-session.ts';
import { withProgress } from './progress.ts';
import { checkUrl } from './status-options.ts';

/** As commander gives them. */
export interface IstiodFlags extends AccessFlags {
  readonly url?: readonly string[];
  readonly istioNamespace: string;
}

type Flags = IstiodFlags & LiveFlags;

/** What the istiod that a proxy is connected to would send it, by the URLs of istiods. @throws UserError */
export async function readFromIstiodUrls(pod: PodName, flags: Flags, io: Io): Promise<EnvoyConfig> {
  const targets = fixedIstiods((flags.url ?? []).map((each) => checkUrl('--url', each)));
  const client = createHttpClient();
  try {
    const way = { client, targets, tokenFile: flags.tokenFile };
    return await readFrom(way, { pod, flags, trust: trustOf(readAccess(flags), undefined) }, io);
  } catch (error) {
    const reason = reasonOf(error);
    throw reason === undefined ? error : new UserError(reason.detail, { cause: error });
  } finally {
    await client.close();
  }
}

/** The same through forwarded ports of the istiod pods, or at their addresses where none is forwarded. @throws UserError, or with a reason that `withLiveMesh` tells */
export async function readFromIstiodPods(mesh: LiveMesh, pod: PodName, flags: Flags, io: Io): Promise<EnvoyConfig> {
  const { istioNamespace } = flags;
  const targets = istiodTargets(await istiodPods(mesh, istioNamespace, io));
  if (targets.length === 0) {
    throw new UserError(
      `no running istiod pod (label app=istiod) in namespace ${istioNamespace}; name another with -i, or give --url or --istiod`,
    );
  }
  const { portForward } = mesh;
  const client = createForwardingClient({ portForward, targets, direct: createHttpClient() });
  try {
    const way = { client, targets, tokenFile: flags.tokenFile };
    return await readFrom(way, { pod, flags, trust: trustOf(readAccess(flags), mesh.api), portForward }, io);
  } finally {
    await client.close();
  }
}

async function istiodPods({ api }: LiveMesh, namespace: string, { signal }: Io): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return (await listAll(api, path, { labelSelector: 'app=istiod' }, signal)).map(mapPod);
}

interface Wanted {
  readonly pod: PodName;
  readonly flags: Flags;
  readonly trust: XdsTrust | undefined;
  readonly portForward?: PortForward;
}

async function readFrom(way: IstiodWay, { pod, flags, trust, portForward }: Wanted, io: Io): Promise<EnvoyConfig> {
  const { timeoutMs: deadlineMs } = readLiveOrigin(flags);
  const bounds = { deadlineMs, limitBytes: LIMIT_BYTES };
  const xds = trust && xdsWayOnce({ trust, ...bounds }, portForward);
  const dumps = createConfigDumps({ way, xds, access: flags.access, ...bounds });
  try {
    const what = `asking istiod what it would send ${pod.pod}.${pod.namespace}`;
    const dump = await withProgress(io, what, () => dumps.read(pod, io.signal));
    if (dump.httpError !== undefined) io.stderr.write(`meshladder: ${accessNote(dump.istiod, dump.httpError)}\n`);
    return await decode(dump);
  } finally {
    xds?.close();
  }
}

async function decode({ istiod, chunks }: ConfigDump): Promise<EnvoyConfig> {
  try {
    const { config } = await readEnvoyAnswer(chunks, LIMIT_BYTES);
    if (config !== undefined) return config;
  } catch (error) {
    if (!(error instanceof EnvoyAnswerError)) throw error;
    throw new UserError(`the config dump of istiod ${istiod}: ${error.message}`, { cause: error });
  }
  throw new UserError(`istiod ${istiod} answers something else than a config dump`);
}
