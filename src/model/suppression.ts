import { type AnalysisFinding, objectPath } from './analysis.ts';

/** Findings that an operator has seen and does not want to see again. */
export interface Suppression {
  readonly code: string;
  /** `kind/namespace/name` (`kind/name` without a namespace), where `*` stands for anything; nothing for every object. */
  readonly object?: string;
}

/** How one is written. */
export const SUPPRESSION_FORM: RegExp = /^([A-Z]{2,4}\d{4})(?:=([^/=]+(?:\/[^/=]+){1,2}))?$/;

/**
 * Reads `CODE` or `CODE=kind/namespace/name`.
 * @returns nothing for anything else
 */
export function readSuppression(text: string): Suppression | undefined {
  const [, code, object] = SUPPRESSION_FORM.exec(text) ?? [];
  if (code === undefined) return undefined;
  return { code, ...(object !== undefined && { object }) };
}

/** Whether one of them is meant for the finding. */
export function isSuppressed(finding: AnalysisFinding, suppressions: readonly Suppression[]): boolean {
  return suppressions.some(
    ({ code, object }) => code === finding.code && (object === undefined || fits(objectPath(finding.object), object)),
  );
}

/** A star stands for any part of one name, not for a slash. Kinds are kinds in any case. */
function fits(path: string, pattern: string): boolean {
  const parts = pattern.split('/');
  const names = path.split('/');
  return parts.length === names.length && parts.every((part, at) => fitsName(names[at] ?? '', part, at === 0));
}

function fitsName(name: string, pattern: string, isKind: boolean): boolean {
  const regex = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*');
  return new RegExp(`^${regex}$`, isKind ? 'i' : '').test(name);
}
