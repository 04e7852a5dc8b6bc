import type { ClusterObjects } from './cluster.ts';
import type { DescribedRequest } from './described-request.ts';
import type { Labels } from './workload.ts';

/** Who calls, in a person's words. */
export type CallerWords =
  | { readonly kind: 'unknown' }
  /** Without a mesh certificate. */
  | { readonly kind: 'plaintext' }
  /** A SPIFFE id without its scheme. */
  | { readonly kind: 'principal'; readonly principal: string }
  | { readonly kind: 'account'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string };

/** Whether a workload would let a request in. */
export interface AuthorizationQuestion {
  /** The pod's namespace, and its name or that of its workload. */
  readonly namespace: string;
  readonly name: string;
  /** A Service is named, if there is one of that name; else a pod or a workload comes first. */
  readonly of?: 'service';
  /** What the pod is labelled with, where no object tells. */
  readonly labels?: Labels;
  /** The service that is asked for, where a waypoint answers. */
  readonly service?: { readonly namespace: string; readonly name: string };
  readonly caller: CallerWords;
  /** Without a protocol, the port's name tells it, else HTTP. */
  readonly request: Omit<DescribedRequest, 'protocol' | 'principal'> & Partial<Pick<DescribedRequest, 'protocol'>>;
  readonly cluster: ClusterObjects;
  readonly rootNamespace: string;
  /** The objects were written down, not recorded: a pod without a proxy would get one. */
  readonly hypothetical: boolean;
}
