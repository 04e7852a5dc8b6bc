import type { RequestListener } from 'node:http';

/** A port of a pod, as a port-forward names it. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** What listens inside of the pods. */
export interface PodPorts {
  /** Answers the HTTP requests of a connection to this port; undefined: nothing listens there. */
  find(port: PodPort): RequestListener | undefined;
}
