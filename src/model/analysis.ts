/** istioctl's own words, worst first. */
export const FINDING_LEVELS = ['Error', 'Warning', 'Info'] as const;
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** An object by its names; `namespace` is `""` for objects of the whole cluster. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One thing that is wrong with one object. */
export interface AnalysisFinding {
  /** `IST0101` as istioctl's, `ML0001` of our own. */
  readonly code: string;
  readonly level: FindingLevel;
  readonly object: ObjectRef;
  /** One or two sentences; may quote what the object says, so never a label. */
  readonly text: string;
}

/** What could not be looked at, and why: never to be taken for nothing found. */
export interface UnknownCodes {
  readonly codes: readonly string[];
  readonly why: string;
}

export interface Analysis {
  /** Worst first, then by code and object; each said once. */
  readonly findings: readonly AnalysisFinding[];
  readonly unknown: readonly UnknownCodes[];
}

/** `kind/namespace/name`, or `kind/name` for objects of the whole cluster. */
export function objectPath({ kind, namespace, name }: ObjectRef): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
