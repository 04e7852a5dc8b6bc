import type { EpochSeconds } from '../model/brand.ts';
import type { SourceError } from '../model/source-error.ts';
import type { SourceName } from '../model/source-health.ts';

/** One Kubernetes permission a source needs, as RBAC writes it. The chart's roles are generated from these. */
export interface RbacNeed {
  readonly apiGroup: string;
  readonly resource: string;
  readonly verbs: readonly ('get' | 'list' | 'watch' | 'create' | 'update' | 'patch')[];
  /** Only objects of these names. */
  readonly resourceNames?: readonly string[];
  /** Needed in Istio's root namespace alone, or in the exporter's own; otherwise wherever the source looks. */
  readonly namespace?: 'root' | 'own';
  /**
   * The objects are of no namespace, so that no Role grants this: `all` of them, or of the Namespace objects only those
   * `looked` into, where the source is confined to some.
   */
  readonly clusterScoped?: 'all' | 'looked';
  /** Why, in one clause, for the permissions table. */
  readonly why: string;
}

/** Time as sources see it; tests put their own in. */
export interface Clock {
  now(): EpochSeconds;
  /** Milliseconds that never jump, for durations. */
  monotonicMs(): number;
}

/** What a source tells its runner about one poll (or one list): the runner turns it into `source_*` metrics. */
export type PollReport =
  | { readonly ok: true; readonly errors: readonly SourceError[] }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

/** Log lines of a source: static message, fields beside it. Nothing from a request, no token. */
export interface SourceLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What every source is given. */
export interface SourceContext<T> {
  /** Hands a new value over; cheap, synchronous, callable at any time. */
  publish(value: T): void;
  /** Called once for each poll, good or bad. */
  report(report: PollReport): void;
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** Runs a task again and again, never overlapping itself. Implemented by `runtime/schedule.ts`. */
export interface Scheduler {
  /**
   * @param intervalMs asked after each run, so that the pace may change between runs; the first run comes at once
   * @returns when `signal` aborts; rejects if the task throws (a task that can fail reports it and returns)
   */
  repeat(
    name: string,
    intervalMs: () => number,
    task: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** A source of truth about the mesh. `run` resolves only when `signal` aborts; anything else it does is a failure. */
export interface Source<T> {
  readonly name: SourceName;
  readonly rbac: readonly RbacNeed[];
  run(context: SourceContext<T>, signal: AbortSignal): Promise<void>;
}
