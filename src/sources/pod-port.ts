import type { Duplex } from 'node:stream';

/** A port of a pod, as the pod itself sees it: also one that listens on its loopback address alone. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** As people read it: `POD.NAMESPACE:PORT`. */
export function podPortText({ namespace, pod, port }: PodPort): string {
  return `${pod}.${namespace}:${port}`;
}

/** One HTTP request, bounded in time and size. */
export interface PodRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute, with its query. */
  readonly path: string;
  /** For the whole exchange: connecting included. */
  readonly deadlineMs: number;
  /** Longest body taken. */
  readonly limitBytes: number;
  /**
   * Takes the body of a 200 piece by piece as it comes, and none of it is kept: `chunks` is then empty. The next piece is
   * read when it is done with one. What it throws ends the exchange, and is thrown as it is.
   */
  readonly take?: (chunk: Uint8Array) => void | Promise<void>;
}

export interface PodAnswer {
  readonly status: number;
  readonly chunks: readonly Uint8Array[];
}

/**
 * Speaks with ports of pods from outside the cluster's network. What fails is thrown as a KubeApiError;
 * when the caller's own signal aborts, that signal's reason is thrown.
 */
export interface PortForward {
  /** A connection of its own. It ends when the pod closes it, and errs when it is cut. */
  connect(to: PodPort, signal: AbortSignal): Promise<Duplex>;
  /** One request over a connection of its own; any status is an answer. */
  ask(to: PodPort, request: PodRequest, signal: AbortSignal): Promise<PodAnswer>;
}
