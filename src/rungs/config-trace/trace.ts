/** One stop on the way of a request, and what is worth knowing of it. */
export interface TraceStep {
  readonly kind: 'listener' | 'filter chain' | 'virtual host' | 'route' | 'cluster' | 'endpoints';
  readonly name: string;
  readonly facts: readonly string[];
}

/**
 * How a way ends. `reaches`: at endpoints; `answers`: the proxy answers by itself; `leaves`: past the mesh, to the
 * address that was asked for; `breaks`: the request fails; `unknown`: the dump does not say.
 */
export type TraceVerdict = 'reaches' | 'answers' | 'leaves' | 'breaks' | 'unknown';

export type TraceReason =
  | 'endpoints'
  | 'original_destination'
  | 'panic'
  | 'redirect'
  | 'direct_response'
  | 'passthrough'
  | 'black_hole'
  | 'no_listener'
  | 'no_filter_chain'
  | 'no_route_config'
  | 'no_virtual_host'
  | 'no_route'
  | 'no_cluster'
  | 'no_subset'
  | 'cluster_warming'
  | 'no_endpoints'
  | 'all_unhealthy'
  | 'all_ejected'
  | 'not_in_dump'
  | 'undecided';

export interface TraceEnd {
  readonly verdict: TraceVerdict;
  readonly reason: TraceReason;
  /** One sentence for a tired person. */
  readonly summary: string;
  /** The response flag that the proxy logs, where it does. */
  readonly flag?: string;
  /** A command to copy, without the dump. */
  readonly next?: string;
}

/** Where a share of the requests goes. */
export interface TraceBranch {
  /** 0 to 1. */
  readonly share: number;
  readonly steps: readonly TraceStep[];
  readonly end: TraceEnd;
}

/** The way of a request: what all take, then where each share of them goes. */
export interface Trace {
  readonly verdict: TraceVerdict;
  readonly steps: readonly TraceStep[];
  readonly branches: readonly TraceBranch[];
}

/** A way that ends before it branches. */
export function endedAt(steps: readonly TraceStep[], end: TraceEnd): Trace {
  return { verdict: end.verdict, steps, branches: [{ share: 1, steps: [], end }] };
}
