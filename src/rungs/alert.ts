/** What an alert asks of a person: act now, act within hours, or know of it. */
export type Severity = 'critical' | 'warning' | 'info';

/** A number in an alert that an operator may set otherwise. */
export interface Threshold {
  readonly value: number;
  readonly unit: 'seconds' | 'ratio' | 'count' | 'times' | 'sigma';
  /** Why this number and no other, in one sentence. */
  readonly why: string;
}

export type Thresholds = Readonly<Record<string, Threshold>>;

/** The numbers in force, by the names of the thresholds. */
export type ThresholdValues<T extends Thresholds = Thresholds> = { readonly [K in keyof T]: number };

/** One alert, declared beside the rung whose question it asks. */
export interface AlertSpec<T extends Thresholds = Thresholds> {
  readonly name: `Istio${string}` | `Istiod${string}` | `Meshladder${string}`;
  /** Another alert whose runbook it shares: the same trouble, seen by another witness. */
  readonly runbook?: `Istio${string}`;
  readonly severity: Severity;
  readonly thresholds: T;
  /** PromQL within what Prometheus 2.42 knows. */
  expr(values: ThresholdValues<T>): string;
  /** How long it must hold, as `5m`: at least two scrapes. */
  readonly for: string;
  readonly keepFiringFor?: string;
  /** One sentence, the same for all instances of one notification. */
  readonly summary: string;
  /** The one instance, with its labels and value; what a person reads first at night. */
  readonly description: string;
}

/** Identity at run time; at compile time it ties the numbers in `expr` to the thresholds that are declared. */
export function defineAlert<const T extends Thresholds>(alert: AlertSpec<T>): AlertSpec {
  return alert;
}

/** What several alerts and panels share. */
export interface RecordingSpec {
  /** `level:metric:operations`. */
  readonly record: `${string}:${string}:${string}`;
  readonly expr: string;
  /** What it is, for the docs. */
  readonly about: string;
}

/**
 * Rules that are evaluated together and in their order. A recording stands in the group of the alerts that read it:
 * Prometheus evaluates groups in no fixed order.
 */
export interface RuleGroup {
  readonly recordings: readonly RecordingSpec[];
  readonly alerts: readonly AlertSpec[];
}
