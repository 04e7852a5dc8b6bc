/** One series of a scrape. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The answer of /metrics, by family. */
export type Scrape = ReadonlyMap<string, readonly Series[]>;

/** Labels a series must have; others may be anything. */
export type LabelMatch = Readonly<Record<string, string>>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const PAIR = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format 0.0.4. @param wanted only families of this prefix: the rest is not kept */
export function parseScrape(text: string, wanted = 'meshladder_'): Scrape {
  const scrape = new Map<string, Series[]>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(wanted)) continue;
    const [, family, pairs = '', value] = LINE.exec(line) ?? [];
    if (family === undefined) continue;
    const series = { labels: labelsOf(pairs), value: Number(value) };
    const known = scrape.get(family);
    if (known === undefined) scrape.set(family, [series]);
    else known.push(series);
  }
  return scrape;
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
