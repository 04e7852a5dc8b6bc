import type { MeshSnapshot } from '../model/snapshot.ts';
import { runSteps, type Steps } from '../model/steps.ts';
import type { RuleGroup } from './alert.ts';

export type FamilyType = 'gauge' | 'counter';
export type Stability = 'stable' | 'experimental';

/** One metric family, declared once; metrics, docs, alerts and panels take its name from here. */
export interface FamilySpec {
  readonly name: `meshladder_${string}`;
  /** Ends with a full stop. Says where the value comes from, and "as of the last poll" where it is polled. */
  readonly help: string;
  readonly type: FamilyType;
  readonly stability: Stability;
  readonly labels: readonly string[];
  /**
   * What the samples beyond the cap (`metrics.maxSeries`) fold into, under the label value `__other__`: their sum
   * (counts), their largest (0/1 states) or their smallest (timestamps). Default: `sum`.
   */
  readonly fold?: 'sum' | 'max' | 'min';
  /** It tells of this exporter and not of the mesh: where the mesh is divided into shards, each exposes its own. */
  readonly of?: 'exporter';
  /** Families governed by `metrics.proxyDetail`; `evaluate` reads the setting from the snapshot. */
  readonly detail?: 'proxy';
}

export type Families = Readonly<Record<string, FamilySpec>>;

export interface Sample<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

export type Samples<F extends Families> = { readonly [K in keyof F]: readonly Sample<F[K]['labels'][number]>[] };

/** What a rung says of one thing on the one-screen report: the answer, what it rests on, and what to do next. */
export interface Finding {
  readonly verdict: 'ok' | 'finding' | 'unknown';
  /** One sentence for a tired person. */
  readonly summary: string;
  readonly evidence: readonly string[];
  /** A command to copy. */
  readonly next?: string;
  /** What the line of its namespace takes of it; default: the summary of a finding. */
  readonly brief?: string;
  /** Unknown because what would tell it is switched off by choice: no reason to doubt what the other rungs say. */
  readonly off?: true;
  /** Unknown because none of the proxies has passed this lower rung: what others say of themselves stands. */
  readonly notPassed?: number;
}

/** What is asked about: a pod, all of a namespace or, with neither, the whole mesh. */
export interface Scope {
  readonly namespace?: string;
  /** The pod's name; only with its namespace. */
  readonly name?: string;
}

/** Parts of the snapshot a rung may read; `settings` and `takenAt` are free. */
export type SnapshotField = keyof Omit<MeshSnapshot, 'takenAt' | 'settings'>;

/** One rung of the ladder: a question, and the pure function that answers it in samples. */
export interface Rung<F extends Families = Families> {
  /** The rung's folder name, e.g. `config-synced`. */
  readonly id: string;
  /** Its place on the ladder; a rung cannot be known when a lower one fails. */
  readonly number: number;
  readonly question: string;
  /** Checked in tests against what `evaluate` really touches. */
  readonly reads: readonly SnapshotField[];
  readonly families: F;
  /** Pure and synchronous. A source that is pending or failed gives no samples: unknown is absent, never zero. */
  evaluate(snapshot: MeshSnapshot): Samples<F>;
  /** The same with pauses, for a rung that looks at every proxy or pod of a large mesh. */
  evaluateInSteps?(snapshot: MeshSnapshot): Steps<Samples<F>>;
  /** Answers the question for a person. Pure; what is not known is said to be so. Absent: not on the report. */
  examine?(snapshot: MeshSnapshot, scope: Scope): Finding;
  /** What it reads is only in force in proxies that hold it: where they do not, all being well is no answer. */
  readonly needsSync?: true;
  /** Recordings and alerts that ask its question in PromQL. */
  readonly rules?: RuleGroup;
}

/** Identity at run time; at compile time it ties every sample's labels to the family that declares them. */
export function defineRung<const F extends Families>(rung: Rung<F>): Rung<F> {
  return rung;
}

type RungInSteps<F extends Families> = Omit<Rung<F>, 'evaluate'> & Required<Pick<Rung<F>, 'evaluateInSteps'>>;

/** The same for a rung that is evaluated in steps, which may as well be done all at once. */
export function defineRungInSteps<const F extends Families>(rung: RungInSteps<F>): Rung<F> {
  return { ...rung, evaluate: (snapshot) => runSteps(rung.evaluateInSteps(snapshot)) };
}
