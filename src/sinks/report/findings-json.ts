import { type AnalysisFinding, FINDING_LEVELS, type FindingLevel, type UnknownCodes } from '../../model/analysis.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import { findingKey } from '../../model/findings-since.ts';
import { known, PENDING } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { type FindingDocument, findingDocument } from './analysis.ts';

/** The answer of `/api/v1/findings`; times are RFC 3339. */
export interface FindingsDocument {
  readonly at: string;
  /** When configuration was analysed last; null: not yet, and nothing below is known. */
  readonly analysedAt: string | null;
  /** Those asked for, worst first; null where nothing was analysed. */
  readonly findings: readonly StandingFindingDocument[] | null;
  /** How many of those asked for are left out by `analysis.suppress`. */
  readonly suppressed: number | null;
  readonly unknown: readonly UnknownCodes[] | null;
}

export interface StandingFindingDocument extends FindingDocument {
  /** Since when it stands, as far as the exporter has seen. */
  readonly since: string | null;
}

/** Which findings are asked for; all must hold. */
export interface FindingsQuestion {
  /** A finding about a namespace, or about something in it. */
  readonly namespace?: string;
  readonly code?: string;
  readonly level?: FindingLevel;
}

/** What the last analysis of a running exporter found. */
export function findingsDocument(snapshot: MeshSnapshot, question: FindingsQuestion): FindingsDocument {
  const { analysis = PENDING, findingsSince } = snapshot;
  const at = timeOf(snapshot.takenAt);
  const value = known(analysis);
  if (value === undefined || !('at' in analysis)) {
    return { at, analysedAt: null, findings: null, suppressed: null, unknown: null };
  }
  const isAsked = (finding: AnalysisFinding): boolean => isAskedFor(finding, question);
  return {
    at,
    analysedAt: timeOf(analysis.at),
    findings: value.findings.filter(isAsked).map((finding) => {
      const since = findingsSince?.get(findingKey(finding));
      return { ...findingDocument(finding), since: since === undefined ? null : timeOf(since) };
    }),
    suppressed: value.suppressed.filter(isAsked).length,
    unknown: value.unknown.filter(({ codes }) => question.code === undefined || codes.includes(question.code)),
  };
}

function isAskedFor(finding: AnalysisFinding, { namespace, code, level }: FindingsQuestion): boolean {
  if (code !== undefined && finding.code !== code) return false;
  if (level !== undefined && finding.level !== level) return false;
  const { kind, name, namespace: its } = finding.object;
  return namespace === undefined || (kind === 'Namespace' ? name : its) === namespace;
}

/** `error`, `Warning` and so on; undefined for any other word. */
export function readLevel(word: string): FindingLevel | undefined {
  return FINDING_LEVELS.find((level) => level.toLowerCase() === word.toLowerCase());
}

function timeOf(at: EpochSeconds): string {
  return new Date(Math.round(at * 1000)).toISOString();
}
