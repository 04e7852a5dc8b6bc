import type { EnvoyConfig } from '../model/envoy-config.ts';
import type { Pod } from '../model/workload.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../sources/envoy/read-answer.ts';
import { type ConfigDump, type ConfigDumps, createConfigDumps, istiodPorts } from '../sources/istiod/config-dump.ts';
import { fixedIstiods } from '../sources/istiod/discover.ts';
import { createHttpClient } from '../sources/istiod/http-client.ts';
import { mapPod } from '../sources/kubernetes/objects/pods.ts';
import { LIMIT_BYTES } from './config-dump.ts';
import type { PodName } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';
import { type LiveFlags, type LiveMesh, readLiveOrigin, reasonOf } from './kube-session.ts';
import { withProgress } from './progress.ts';
import { checkUrl } from './status-options.ts';

/** As commander gives them. */
export interface IstiodFlags {
  readonly url?: readonly string[];
  readonly tokenFile?: string;
  readonly istioNamespace: string;
}

type Flags = IstiodFlags & LiveFlags;

/** What the istiod that a proxy is connected to would send it, by the URLs of istiods. @throws UserError */
export async function readFromIstiodUrls(pod: PodName, flags: Flags, io: Io): Promise<EnvoyConfig> {
  const targets = fixedIstiods((flags.url ?? []).map((each) => checkUrl('--url', each)));
  const { timeoutMs: deadlineMs } = readLiveOrigin(flags);
  const client = createHttpClient();
  try {
    const way = { kind: 'http', client, targets, tokenFile: flags.tokenFile } as const;
    return await readFrom(createConfigDumps({ way, deadlineMs, limitBytes: LIMIT_BYTES }), pod, io);
  } catch (error) {
    const reason = reasonOf(error);
    throw reason === undefined ? error : new UserError(reason.detail, { cause: error });
  } finally {
    await client.close();
  }
}

/** The same through forwarded ports of the istiod pods. @throws UserError, or with a reason that `withLiveMesh` tells */
export async function readFromIstiodPods(mesh: LiveMesh, pod: PodName, flags: Flags, io: Io): Promise<EnvoyConfig> {
  const { istioNamespace } = flags;
  const ports = istiodPorts(await istiodPods(mesh, istioNamespace, io));
  if (ports.length === 0) {
    throw new UserError(
      `no running istiod pod (label app=istiod) in namespace ${istioNamespace}; name another with -i, or give --url or --istiod`,
    );
  }
  const { timeoutMs: deadlineMs } = readLiveOrigin(flags);
  const way = { kind: 'port_forward', portForward: mesh.portForward, ports } as const;
  return readFrom(createConfigDumps({ way, deadlineMs, limitBytes: LIMIT_BYTES }), pod, io);
}

async function istiodPods({ api }: LiveMesh, namespace: string, { signal }: Io): Promise<readonly Pod[]> {
  let pods: Pod[] = [];
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  for await (const page of api.list(path, { labelSelector: 'app=istiod' }, signal)) {
    if (page.restarted === true) pods = [];
    pods.push(...page.items.map(mapPod));
  }
  return pods;
}

function readFrom(dumps: ConfigDumps, pod: PodName, io: Io): Promise<EnvoyConfig> {
  return withProgress(io, `asking istiod what it would send ${pod.pod}.${pod.namespace}`, async () =>
    decode(await dumps.read(pod, io.signal)),
  );
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
