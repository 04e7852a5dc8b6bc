import type { SentType } from '../istiod/control-plane.ts';
import type { NewObject } from '../kube/object.ts';
import type { CanaryWeights } from '../mesh/istio-objects.ts';
import type { WorkloadName } from '../mesh/workloads.ts';
import type { PaymentFare } from '../traffic/generator.ts';

type Direction = 'Ingress' | 'Egress';

/** One thing that happens in the mesh. */
export type Deed =
  | { readonly do: 'apply_policy'; readonly policy: PolicyName; readonly directions: readonly Direction[] }
  | { readonly do: 'remove_policy'; readonly policy: PolicyName }
  /** What these proxies say no longer reaches istiod. */
  | { readonly do: 'silence'; readonly pods: readonly WorkloadName[] }
  /** Somebody changes the VirtualService. */
  | { readonly do: 'declare_weights'; readonly weights: CanaryWeights }
  /** Somebody applies an object, new or changed. */
  | { readonly do: 'apply'; readonly object: NewObject }
  /** Somebody deletes it. */
  | { readonly do: 'delete'; readonly object: NewObject }
  /** How checkout's requests to payment-svc fare from now on, where they do not fare as usual. */
  | { readonly do: 'payments'; readonly fare: PaymentFare }
  /** From now on what istiod pushes to this proxy is acknowledged and gets lost, or no longer. */
  | { readonly do: 'lose_pushes'; readonly pod: WorkloadName; readonly lost: boolean }
  /** Somebody sets loggers of this proxy's Envoy; those that are not named are as Istio has them. */
  | { readonly do: 'set_levels'; readonly pod: WorkloadName; readonly levels: Readonly<Record<string, string>> }
  /** `by`'s Envoy ejects these hosts of a cluster, and no others; none: all are back. */
  | {
      readonly do: 'eject';
      readonly by: WorkloadName;
      readonly cluster: string;
      readonly hosts: readonly WorkloadName[];
    }
  | { readonly do: 'push'; readonly types: readonly SentType[] }
  /** checkout's Envoy holds these weights from now on. */
  | { readonly do: 'route'; readonly weights: CanaryWeights }
  /** istiod gives the connection up. */
  | { readonly do: 'disconnect'; readonly pod: WorkloadName }
  | { readonly do: 'log_lost'; readonly pod: WorkloadName; readonly way: 'keepalive' | 'timeout' }
  | { readonly do: 'log_failing'; readonly pod: WorkloadName }
  /** The proxy finds an istiod again, says so, and is sent everything. */
  | { readonly do: 'reconnect'; readonly pod: WorkloadName; readonly istiod: number };

export type PolicyName = 'allow-same-namespace' | 'default-deny';

/** A deed at its moment, in seconds of the recording. */
export type TimedDeed = Deed & {
  readonly at: number;
  /** At any speed, so long at least after what was before. */
  readonly apartMs?: number;
};

/** The pods that the story is about. */
export const CUT_OFF: readonly WorkloadName[] = ['checkout', 'paymentV1', 'paymentV2'];
