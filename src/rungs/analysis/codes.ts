import type { AnalysisFinding, ObjectRef } from '../../model/analysis.ts';
import type { CodeEntry, Slots } from './code-entry.ts';
import { NEWER_ISTIO_CODES } from './istio-codes-from-0140.ts';
import { OLDER_ISTIO_CODES } from './istio-codes-to-0139.ts';
import { OWN_CODES } from './own-codes.ts';

/** Every code that an analyzer of ours may give, in the order of the documentation. */
export const CODES: typeof OLDER_ISTIO_CODES & typeof NEWER_ISTIO_CODES & typeof OWN_CODES = {
  ...OLDER_ISTIO_CODES,
  ...NEWER_ISTIO_CODES,
  ...OWN_CODES,
};

export type Code = keyof typeof CODES;

const ENTRIES: Readonly<Record<Code, CodeEntry>> = CODES;

/** Values of the slots of a code's text, all of them. */
export type Values<C extends Code> = Readonly<Record<Slots<(typeof CODES)[C]['text']>, string>>;

/** What an object says goes into a text only so far: it may be long. */
const LONGEST_VALUE = 300;

/** Says a code of an object. */
export function findingOf<C extends Code>(code: C, object: ObjectRef, values: Values<C>): AnalysisFinding {
  const { level, text } = ENTRIES[code];
  return { code, level, object, text: fill(text, values) };
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_slot, name: string) => cut(values[name] ?? ''));
}

function cut(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}…` : line;
}
