import type { AnalysisFinding, UnknownCodes } from './analysis.ts';

/** What analysis told of a mesh when it last looked. */
export interface MeshAnalysis {
  /** Worst first; several of one code and object may stand side by side, each with its own words. */
  readonly findings: readonly AnalysisFinding[];
  /** Found as well, and left out because the operator asked for it. */
  readonly suppressed: readonly AnalysisFinding[];
  readonly unknown: readonly UnknownCodes[];
}
