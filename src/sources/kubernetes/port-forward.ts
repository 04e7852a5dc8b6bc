import type { Duplex } from 'node:stream';
import type { PodAnswer, PodPort, PodRequest, PortForward } from '../pod-port.ts';
import type { RbacNeed } from '../source.ts';
import type { KubeAccess } from './kube-access.ts';
import { KubeApiError } from './kube-api.ts';
import { createRenewal, credentialsWithin } from './kube-connection.ts';
import { portName } from './port-forward-failure.ts';
import { exchange } from './port-forward-http.ts';
import { openSocket, type SocketNeeds } from './port-forward-socket.ts';
import { streamOf } from './port-forward-stream.ts';

export interface PortForwardOptions {
  readonly access: KubeAccess;
  readonly userAgent?: string;
  /** How long the API server may take to connect us with the pod. Default 10 s. */
  readonly connectMs?: number;
}

const CONNECT_MS = 10_000;

/** Since Kubernetes 1.35 a WebSocket needs `create` as well, whose request is a GET (kubernetes pull request 134577). */
export const PORT_FORWARD_NEED: RbacNeed = {
  apiGroup: '',
  resource: 'pods/portforward',
  verbs: ['get', 'create'],
  why: 'speak with the admin port of Envoys and the debug port of istiods',
};

/**
 * Forwards ports of pods as the Kubernetes API does over WebSocket, each connection on a socket of its own.
 *
 * Not `PortForward` of @kubernetes/client-node: it writes into a stream that it never ends, so that a pod which closes
 * the connection looks like one that is silent; it does not hold back a pod that sends faster than we read; it tells
 * nothing of an upgrade that was refused but its status code; and it knows no proxy but through the environment.
 */
export function createPortForward(options: PortForwardOptions): PortForward {
  const { access, userAgent = 'meshladder', connectMs = CONNECT_MS } = options;
  const renew = createRenewal(access);

  async function needsOf(to: PodPort, signal: AbortSignal): Promise<SocketNeeds> {
    const { headers, tls } = await credentialsWithin(access, connectMs);
    signal.throwIfAborted();
    const all = { 'user-agent': userAgent, ...headers };
    const { server, proxyUrl } = access;
    return { server, to, headers: all, tls, connectMs, signal, ...(proxyUrl !== undefined && { proxyUrl }) };
  }

  async function connect(to: PodPort, signal: AbortSignal): Promise<Duplex> {
    signal.throwIfAborted();
    const sentAt = performance.now();
    try {
      return streamOf(await openSocket(await needsOf(to, signal)), to);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeApiError) || error.status !== 401 || !(await renew(sentAt))) throw error;
      return streamOf(await openSocket(await needsOf(to, signal)), to);
    }
  }

  async function ask(to: PodPort, request: PodRequest, signal: AbortSignal): Promise<PodAnswer> {
    const { deadlineMs } = request;
    const late = AbortSignal.timeout(deadlineMs);
    const either = AbortSignal.any([signal, late]);
    try {
      return await exchange(await connect(to, either), to, request, either);
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted || error instanceof KubeApiError) throw error;
      const detail = `${portName(to)} did not answer ${pathOnly(request.path)} whole within ${deadlineMs} ms`;
      throw new KubeApiError({ code: 'timeout', afterMs: deadlineMs, detail });
    }
  }

  return { connect, ask };
}

function pathOnly(path: string): string {
  return path.split('?')[0] ?? path;
}
