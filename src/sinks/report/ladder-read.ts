import { isSpecObject } from '../../model/spec-fields.ts';
import { areTexts, isListOf } from './json-shape.ts';
import type { LadderDocument } from './ladder-json.ts';

/** Takes what a running exporter answered for what it says it is; undefined for anything else. */
export function readLadder(value: unknown): LadderDocument | undefined {
  return isLadder(value) ? value : undefined;
}

const VERDICTS: readonly unknown[] = ['ok', 'finding', 'unknown'];

function isLadder(value: unknown): value is LadderDocument {
  if (!isSpecObject(value) || typeof value['at'] !== 'string' || !isVerdict(value['verdict'])) return false;
  const { about, headline, rungs, namespaces } = value;
  const isHeadline = headline === null || typeof headline === 'string';
  return (
    (about === null || isAbout(about)) &&
    isHeadline &&
    isListOf(rungs, isRung) &&
    (namespaces === null || isListOf(namespaces, isNamespace))
  );
}

function isAbout(value: unknown): boolean {
  if (!isSpecObject(value)) return false;
  const { namespace, pod, of } = value;
  const isWhole = of === undefined || (isSpecObject(of) && areTexts(of['workload']) && typeof of['pods'] === 'number');
  return areTexts(namespace) && (pod === null || areTexts(pod)) && isWhole;
}

function isNamespace(value: unknown): boolean {
  if (!isSpecObject(value)) return false;
  const { namespace, headline, verdict, rungs } = value;
  return areTexts(namespace, headline) && isVerdict(verdict) && isListOf(rungs, isRung);
}

function isRung(value: unknown): boolean {
  if (!isSpecObject(value)) return false;
  const { id, number, question, verdict, summary, evidence, next } = value;
  const isNamed = areTexts(id, question, summary) && typeof number === 'number' && isVerdict(verdict);
  return isNamed && isListOf(evidence, (each) => areTexts(each)) && (next === null || areTexts(next));
}

function isVerdict(value: unknown): boolean {
  return VERDICTS.includes(value);
}
