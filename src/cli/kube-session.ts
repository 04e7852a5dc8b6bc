import type { Command } from 'commander';
import { parseDuration } from '../config/units.ts';
import type { SourceError } from '../model/source-error.ts';
import type { EnvoyAdmin } from '../sources/envoy/admin.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { AskError } from '../sources/istiod/ask-error.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import { type KubeApi, KubeApiError, type KubeWriter } from '../sources/kubernetes/kube-api.ts';
import type { PortForward } from '../sources/pod-port.ts';
import { type Io, UserError } from './io.ts';

/** Which cluster, as kubectl is told. */
export interface KubeOrigin {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Asks the cluster that the kubeconfig names, or the one we run in, and lets go of it.
 * @param otherWays what to do without a cluster, for the message
 * @throws UserError where there is none, or what it has cannot be read
 */
export async function withKubeApi<T>(
  origin: KubeOrigin,
  io: Io,
  otherWays: string,
  use: (api: KubeApi & KubeWriter, access: KubeAccess) => Promise<T>,
): Promise<T> {
  const { loadKubeAccess } = await import('../sources/kubernetes/kube-config.ts');
  const { KubeConfigError } = await import('../sources/kubernetes/kube-config-error.ts');
  const { createKubeApi } = await import('../sources/kubernetes/kube-api-client.ts');
  try {
    const { kubeconfig, context } = origin;
    const named = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
    const access = await loadKubeAccess({ mode: 'auto', env: io.env, ...named });
    if (access === undefined) {
      throw new UserError(`no kubeconfig, and this is no pod: give --kubeconfig, or ${otherWays}`);
    }
    const api = createKubeApi({ access });
    try {
      return await use(api, access);
    } finally {
      await api.close();
    }
  } catch (error) {
    if (error instanceof KubeConfigError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

/**
 * Ports of pods, for who asks them from outside of the cluster's network. A pod asks others at their addresses, as the
 * exporter does, and needs no right to forward ports.
 */
export async function portForwardOf(access: KubeAccess): Promise<PortForward | undefined> {
  if (access.origin === IN_CLUSTER) return undefined;
  const { createPortForward } = await import('../sources/kubernetes/port-forward.ts');
  return createPortForward({ access });
}

/** As `loadKubeAccess` calls the access that a pod's service account gives. */
const IN_CLUSTER = 'in-cluster';

/** A cluster, and how long one answer of it may take. */
export interface LiveOrigin extends KubeOrigin {
  readonly timeoutMs: number;
}

/** A mesh that runs: its objects, and its Envoys and istiods through forwarded ports. */
export interface LiveMesh {
  readonly api: KubeApi & KubeWriter;
  readonly portForward: PortForward;
  readonly admin: EnvoyAdmin;
}

/**
 * As `withKubeApi`, with ports of pods beside it. What fails on the way is told in the words it was thrown with.
 * @throws UserError
 */
export function withLiveMesh<T>(
  origin: LiveOrigin,
  io: Io,
  otherWays: string,
  use: (mesh: LiveMesh) => Promise<T>,
): Promise<T> {
  return withKubeApi(origin, io, otherWays, async (api, access) => {
    const { createPortForward } = await import('../sources/kubernetes/port-forward.ts');
    const { createEnvoyAdmin } = await import('../sources/envoy/admin.ts');
    const portForward = createPortForward({ access });
    const admin = createEnvoyAdmin({ portForward, deadlineMs: origin.timeoutMs });
    try {
      return await use({ api, portForward, admin });
    } catch (error) {
      const reason = reasonOf(error);
      throw reason === undefined ? error : new UserError(reason.detail, { cause: error });
    }
  });
}

/** Why a source could not be read, if that is what was thrown. */
export function reasonOf(error: unknown): SourceError | undefined {
  const known = error instanceof KubeApiError || error instanceof EnvoyAnswerError || error instanceof AskError;
  return known ? error.reason : undefined;
}

/** As commander gives them. */
export interface LiveFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly timeout: string;
}

/** The options of every command that looks into running proxies. */
export function declareLiveOptions(command: Command): Command {
  return command
    .option('-n, --namespace <namespace>', 'the namespace of the pod')
    .option('--kubeconfig <file>', 'the kubeconfig file of the cluster to look at')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('--timeout <duration>', 'for each answer of a proxy or an istiod', '30s');
}

/** @throws UserError for a timeout that is none */
export function readLiveOrigin({ kubeconfig, context, timeout }: LiveFlags): LiveOrigin {
  const timeoutMs = parseDuration(timeout);
  if (typeof timeoutMs !== 'number') throw new UserError(`--timeout: ${timeoutMs.problem}`);
  return { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }), timeoutMs };
}

/** Tells of objects that a command leaves out because they cannot be read: without them its answer may be wrong. */
export function sayLeftOut({ stderr }: Io): (words: string) => void {
  return (words) => void stderr.write(`meshladder: left out: ${words}\n`);
}
