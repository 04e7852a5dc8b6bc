/** A series of a case, as promtool takes it. */
interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/**
 * The scrapes, by their number, that nothing came of and that others came after: each series ends there with a stale
 * marker or is not there, as Prometheus has it of a target that it could not scrape; `up` alone is 0.
 */
export function scrapesMissed(input: readonly InputSeries[]): readonly number[] {
  const scrapes = input.map(({ series, values }) => ({ isUp: series.startsWith('up{'), values: expand(values) }));
  const count = Math.max(0, ...scrapes.map(({ values }) => values.length));
  const missed = (nth: number): boolean =>
    scrapes.every(({ isUp, values }) => (isUp ? values[nth] === 0 : !Number.isFinite(values[nth])));
  const ends = (nth: number): boolean =>
    scrapes.some(({ isUp, values }) => (isUp ? values[nth] === 0 : values[nth] === 'stale'));
  const last = scrapes.reduce((most, { values }) => Math.max(most, values.findLastIndex(Number.isFinite)), -1);
  const found: number[] = [];
  for (let nth = 0; nth < Math.min(count, last); nth += 1) {
    if (missed(nth) && (ends(nth) || found.at(-1) === nth - 1)) found.push(nth);
  }
  return found;
}

/** promtool's notation: `_`, `_x3`, `stale`, `7`, `7x3`, `0+60x3` (one more than the number after the x). */
export function expand(values: string): readonly (number | 'stale' | undefined)[] {
  return values.split(/\s+/).flatMap((word): (number | 'stale' | undefined)[] => {
    if (word === 'stale') return ['stale'];
    const gap = /^_(?:x(\d+))?$/.exec(word);
    if (gap !== null) return Array.from({ length: Number(gap[1] ?? 1) }, () => undefined);
    const [, first, step = '0', times = '0'] = /^(-?[\d.]+)([+-][\d.]+)?(?:x(\d+))?$/.exec(word) ?? [];
    if (first === undefined) throw new Error(`not promtool's notation: ${word}`);
    return Array.from({ length: Number(times) + 1 }, (_, nth) => Number(first) + nth * Number(step));
  });
}
