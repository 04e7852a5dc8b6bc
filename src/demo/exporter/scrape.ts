import type { Ladder } from './ladder.ts';

/** One series of a scrape. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The answer of /metrics, by family. */
export interface Scrape {
  /** The series of a family in their order; undefined where there is none. */
  get(family: string): readonly Series[] | undefined;
  /** What the ladder said at that moment, where it was asked. */
  readonly ladder?: Ladder;
}

/** Labels a series must have; others may be anything. */
export type LabelMatch = Readonly<Record<string, string>>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const PAIR = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * Reads the text format 0.0.4. Only families that are asked for are looked at, each once: of a large mesh that is a
 * small part of ten megabytes.
 */
export function parseScrape(text: string, ladder?: Ladder): Scrape {
  const known = new Map<string, readonly Series[]>();
  return {
    ...(ladder !== undefined && { ladder }),
    get(family) {
      const series = known.get(family) ?? seriesOf(text, family);
      known.set(family, series);
      return series.length === 0 ? undefined : series;
    },
  };
}

function seriesOf(text: string, family: string): Series[] {
  const found: Series[] = [];
  for (let at = lineWith(text, family, 0); at !== -1; at = lineWith(text, family, at + 1)) {
    const end = text.indexOf('\n', at);
    const [, name, pairs = '', value] = LINE.exec(text.slice(at, end === -1 ? undefined : end)) ?? [];
    // Another family may begin with the same words.
    if (name === family) found.push({ labels: labelsOf(pairs), value: Number(value) });
  }
  return found;
}

/** Where the next line that begins with these words begins; -1 for none. */
function lineWith(text: string, words: string, from: number): number {
  if (from === 0 && text.startsWith(words)) return 0;
  const before = text.indexOf(`\n${words}`, Math.max(0, from - 1));
  return before === -1 ? -1 : before + 1;
}

function labelsOf(pairs: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of pairs.matchAll(PAIR)) {
    labels[name] = value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

/** The sum over the series that have these labels; undefined where there is none. */
export function sumOf(scrape: Scrape, family: string, match: LabelMatch = {}): number | undefined {
  const wanted = Object.entries(match);
  const found = (scrape.get(family) ?? []).filter(({ labels }) =>
    wanted.every(([name, value]) => labels[name] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** By how much a counter has grown between two scrapes; undefined where it is in neither. */
export function growthOf(now: Scrape, before: Scrape, family: string, match: LabelMatch = {}): number | undefined {
  const [after, first] = [sumOf(now, family, match), sumOf(before, family, match)];
  return after === undefined ? undefined : after - (first ?? 0);
}
