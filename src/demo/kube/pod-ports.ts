import type { RequestListener } from 'node:http';

/** A port of a pod, as a port-forward names it. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Answers HTTP requests; or takes connections at a port of the loopback interface, whatever is spoken there. */
export type PodListener = RequestListener | { readonly tcp: number };

/** What listens inside of the pods. */
export interface PodPorts {
  /** Undefined: nothing listens there. */
  find(port: PodPort): PodListener | undefined;
}
