import type { PodPort } from '../pod-port.ts';
import { connectionFailure, type StatusAnswer, statusFailure } from './api-failure.ts';
import { KubeApiError } from './kube-api.ts';
import { peerWords } from './peer-words.ts';

/** As it stands in messages. */
export function portName({ namespace, pod, port }: PodPort): string {
  return `port ${port} of pod ${pod}.${namespace}`;
}

/** The API server, the kubelet behind it or a proxy before it answered, and did not switch to WebSocket. */
export function upgradeRefused(to: PodPort, path: string, answer: StatusAnswer): KubeApiError {
  const { message, reason, status, retryAfterMs } = statusFailure(path, answer);
  const words = message.slice(`GET ${path}: `.length);
  const detail = `cannot forward ${portName(to)}: ${words}${remedy(to, answer)}`;
  const more = { ...(status !== undefined && { status }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new KubeApiError({ ...reason, detail }, more);
}

function remedy({ namespace, pod }: PodPort, { status, text }: StatusAnswer): string {
  switch (status) {
    case 401:
      return '; the credentials of the kubeconfig are not accepted: log in anew';
    case 403:
      return `; grant get and create on pods/portforward in namespace ${namespace}`;
    case 404:
      return `; see kubectl -n ${namespace} get pod ${pod}`;
    default:
      return otherRemedy({ namespace, pod }, status, text);
  }
}

function otherRemedy({ namespace, pod }: Omit<PodPort, 'port'>, status: number, text: string): string {
  if (/not have a host assigned|not running|not found|no such container|sandbox/i.test(text)) {
    return `; the pod does not run: see kubectl -n ${namespace} get pod ${pod}`;
  }
  if (/error dialing backend|proxy error from/i.test(text)) return '; the API server does not reach its node';
  const upgrades = status < 400 || status === 400 || status === 405 || status === 426 || status === 501;
  const gateway = status === 502 || status === 504;
  return upgrades || gateway ? NO_WEBSOCKET : '';
}

const NO_WEBSOCKET =
  '; it did not switch to WebSocket, so a proxy or load balancer between us and the API server may not let it through';

/** What the WebSocket client threw before a connection stood. */
export function handshakeFailed(to: PodPort, cause: unknown, afterMs: number): KubeApiError {
  if (cause instanceof KubeApiError) return cause;
  const message = cause instanceof Error ? cause.message : '';
  const at = `cannot forward ${portName(to)}`;
  if (/handshake has timed out/.test(message)) {
    const detail = `${at}: no answer of the API server within ${afterMs} ms`;
    return new KubeApiError({ code: 'timeout', afterMs, detail }, { cause });
  }
  if (/subprotocol|Upgrade header|Sec-WebSocket|Parse Error/.test(message)) {
    return new KubeApiError({ code: 'invalid', detail: `${at}: ${peerWords(message)}${NO_WEBSOCKET}` }, { cause });
  }
  const { reason } = connectionFailure({ path: '', cause, answered: false, afterMs });
  const detail = `${at}: ${reason.detail.slice('GET : '.length)}`;
  return new KubeApiError({ ...reason, detail }, { cause });
}

/** The kubelet's own words on the error channel: it was let in, and could not connect inside of the pod. */
export function forwardRefused(to: PodPort, text: string): KubeApiError {
  const words = peerWords(innermost(text));
  const detail = /refused|cannot assign requested address/i.test(text)
    ? `nothing listens on ${portName(to)} (${words})`
    : `cannot forward ${portName(to)}: ${words === '' ? 'the node does not say why' : words}`;
  return new KubeApiError({ code: 'refused', detail });
}

/** `error forwarding port 15000 to pod …, uid : failed to …: connect: connection refused`: what is before says it again. */
function innermost(text: string): string {
  const [, rest] = /^error forwarding port \d+ to pod \S+, uid[^:]*: ([\s\S]+)$/.exec(text) ?? [];
  return rest ?? text;
}

/** The connection stood, and ended before the pod closed it. */
export function connectionCut(to: PodPort, cause: unknown): KubeApiError {
  const words = cause instanceof Error ? ` (${peerWords(cause.message)})` : '';
  const detail = `the connection with ${portName(to)} was cut${words}`;
  return new KubeApiError({ code: 'truncated', detail }, { cause });
}

/** The API server sent what is no frame of the protocol, or of another channel. */
export function brokenFrame(to: PodPort): KubeApiError {
  const detail = `cannot forward ${portName(to)}: what came is not of the protocol ${PROTOCOL}`;
  return new KubeApiError({ code: 'invalid', detail });
}

/** Ports are forwarded over WebSocket by this subprotocol (Kubernetes kubelet, streaming/portforward/websocket.go). */
export const PROTOCOL = 'v4.channel.k8s.io';
