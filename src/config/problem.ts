/** One thing that is wrong with the configuration, told whole: where, what, and what to do. */
export interface Problem {
  /** `FILE:LINE`, the name of an environment variable or a flag; the file's name alone where no line can be named. */
  readonly where: string;
  /** The key, as `istiod.interval`; `""` for the file as a whole. */
  readonly path: string;
  /** What is wrong and the remedy. */
  readonly message: string;
}

/** A problem whose place in the file is still to be found. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** `config.yaml:3: istiod.interval: not a duration: …`. */
export function problemText({ where, path, message }: Problem): string {
  return [where, path, message].filter((part) => part !== '').join(': ');
}

/** The known word nearest to a mistyped one, if any is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((candidate) => ({
    candidate,
    distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const [best] = scored.toSorted((one, other) => one.distance - other.distance);
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

/** Levenshtein's distance. Words longer than any key are not worth the time. */
function editDistance(one: string, other: string): number {
  if (one.length > 100) return one.length;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const letter of one) row = nextRow(row, letter, other);
  return row.at(-1) ?? 0;
}

function nextRow(row: readonly number[], letter: string, other: string): number[] {
  const next = [(row[0] ?? 0) + 1];
  for (let j = 1; j <= other.length; j += 1) {
    const [left = 0, above = 0, corner = 0] = [next[j - 1], row[j], row[j - 1]];
    next.push(Math.min(left + 1, above + 1, corner + (letter === other[j - 1] ? 0 : 1)));
  }
  return next;
}
