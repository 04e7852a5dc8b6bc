import type { ViewPod } from './mesh-view.ts';

/** Which proxy an Envoy is. */
export interface EnvoyIdentity {
  readonly type: 'sidecar' | 'router';
  readonly pod: ViewPod;
  /** The Deployment. */
  readonly workload: string;
  /** `1.30.3`. */
  readonly istioVersion: string;
  readonly nodeName: string;
  readonly startedAtMs: number;
}
