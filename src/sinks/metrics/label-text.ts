import { randomInt } from 'node:crypto';

/** One label of one value as the text format writes it, with a number to tell it from others quickly. */
export interface LabelText {
  /** `{name="value"` for the first label of a family, `,name="value"` for the others. */
  readonly text: string;
  /** The same for the same value; the seed keeps anyone from choosing values that collide. */
  readonly hash: number;
}

/** Forgets when this many values of one label were seen: pods come and go for months. */
const MAX_KEPT = 200_000;

/**
 * Keeps the text of each value a label ever had, escaped once: most values of a scrape were in the one before, and a
 * look-up costs less than looking for characters to escape.
 */
export function createLabelTexts(name: string, first: boolean): (value: string) => LabelText {
  const kept = new Map<string, LabelText>();
  return (value) => {
    const known = kept.get(value);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT) kept.clear();
    const text = `${first ? '{' : ','}${name}="${escapeLabelValue(value)}"`;
    const label: LabelText = { text, hash: hashOf(value) };
    kept.set(value, label);
    return label;
  };
}

const SEED = randomInt(2 ** 32);

/** FNV-1a over the characters, mixed once more: short values differ in few bits. */
function hashOf(value: string): number {
  let hash = SEED ^ 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
}

const NEEDS_ESCAPE = /[\\"\n]/;

/** Backslash, quote and newline, as the text format 0.0.4 asks; lone surrogates become U+FFFD, which UTF-8 can hold. */
function escapeLabelValue(value: string): string {
  if (!NEEDS_ESCAPE.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** HELP text escapes backslash and newline, not quotes. */
export function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** As Prometheus reads numbers. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
