import { FINDING_LEVELS } from '../../model/analysis.ts';
import { isSpecObject } from '../../model/spec-fields.ts';
import type { FindingsDocument } from './findings-json.ts';
import { areTexts, isListOf } from './json-shape.ts';

/** Takes what a running exporter answered for what it says it is; undefined for anything else. */
export function readFindings(value: unknown): FindingsDocument | undefined {
  return isFindings(value) ? value : undefined;
}

function isFindings(value: unknown): value is FindingsDocument {
  if (!isSpecObject(value) || !areTexts(value['at'])) return false;
  const { analysedAt, findings, suppressed, unknown } = value;
  if (analysedAt === null) return findings === null && suppressed === null && unknown === null;
  const isWhole = areTexts(analysedAt) && typeof suppressed === 'number';
  return isWhole && isListOf(findings, isFinding) && isListOf(unknown, isUnknown);
}

function isFinding(value: unknown): boolean {
  if (!isSpecObject(value)) return false;
  const { code, level, object, kind, namespace, name, text, since } = value;
  const isNamed = areTexts(code, object, kind, namespace, name, text);
  return isNamed && FINDING_LEVELS.some((each) => each === level) && (since === null || areTexts(since));
}

function isUnknown(value: unknown): boolean {
  return isSpecObject(value) && areTexts(value['why']) && isListOf(value['codes'], (code) => areTexts(code));
}
