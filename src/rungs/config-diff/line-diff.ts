/** What to do with lines, in their order: keep them, take those of the first text out, put those of the second in. */
export interface Edit {
  readonly kind: 'keep' | 'remove' | 'add';
  readonly line: string;
}

/** Beyond this many changed lines, what lies between the first and the last one is told as changed altogether. */
const MAX_CHANGES = 1_200;

/** The shortest way from one list of lines to another (E. Myers, "An O(ND) Difference Algorithm", 1986). */
export function diffLines(first: readonly string[], second: readonly string[]): readonly Edit[] {
  const [from, to] = commonEnds(first, second);
  const [one, other] = [first.slice(from, first.length - to), second.slice(from, second.length - to)];
  return [
    ...first.slice(0, from).map(keep),
    ...(shortest(one, other) ?? [...one.map(remove), ...other.map(add)]),
    ...first.slice(first.length - to).map(keep),
  ];
}

function keep(line: string): Edit {
  return { kind: 'keep', line };
}
function remove(line: string): Edit {
  return { kind: 'remove', line };
}
function add(line: string): Edit {
  return { kind: 'add', line };
}

/** How many lines are equal at the start, and at the end. */
function commonEnds(first: readonly string[], second: readonly string[]): readonly [from: number, to: number] {
  const shorter = Math.min(first.length, second.length);
  let from = 0;
  while (from < shorter && first[from] === second[from]) from++;
  let to = 0;
  while (to < shorter - from && first.at(-1 - to) === second.at(-1 - to)) to++;
  return [from, to];
}

/** Two lists of lines, and how far one gets in the first of them on each diagonal (its place less the other's). */
interface Walk {
  readonly first: readonly string[];
  readonly second: readonly string[];
  /** Diagonal 0 stands at `middle`. */
  readonly furthest: Int32Array;
  readonly middle: number;
}

/** `undefined` where there are too many changes. */
function shortest(first: readonly string[], second: readonly string[]): readonly Edit[] | undefined {
  const most = Math.min(first.length + second.length, MAX_CHANGES);
  const middle = most + 1;
  const walk = { first, second, furthest: new Int32Array(2 * most + 3), middle };
  const past: Int32Array[] = [];
  for (let changes = 0; changes <= most; changes++) {
    past.push(walk.furthest.slice(middle - changes - 1, middle + changes + 2));
    if (advance(walk, changes)) return walkBack(first, second, past);
  }
  return undefined;
}

/** Makes one more change on each diagonal; says whether the ends are reached. */
function advance({ first, second, furthest, middle }: Walk, changes: number): boolean {
  for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
    const at = middle + diagonal;
    const start = goesDown(furthest, at, diagonal, changes) ? furthest[at + 1] : (furthest[at - 1] ?? 0) + 1;
    const end = alongEqual(first, second, start ?? 0, diagonal);
    furthest[at] = end;
    if (end >= first.length && end - diagonal >= second.length) return true;
  }
  return false;
}

function alongEqual(first: readonly string[], second: readonly string[], from: number, diagonal: number): number {
  let at = from;
  while (at < first.length && at - diagonal < second.length && first[at] === second[at - diagonal]) at++;
  return at;
}

function goesDown(furthest: Int32Array, at: number, diagonal: number, changes: number): boolean {
  if (diagonal === -changes) return true;
  return diagonal !== changes && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0);
}

/** @param past how far each diagonal was before each change, from diagonal -changes-1 on */
function walkBack(first: readonly string[], second: readonly string[], past: readonly Int32Array[]): readonly Edit[] {
  const edits: Edit[] = [];
  let at = first.length;
  let diagonal = first.length - second.length;
  for (let changes = past.length - 1; changes > 0; changes--) {
    const { down, start } = cameFrom(past[changes], changes, diagonal);
    for (const line of first.slice(start, at).reverse()) edits.push(keep(line));
    const [change, line] = down ? [add, second[start - diagonal - 1]] : [remove, first[start - 1]];
    edits.push(change(line ?? ''));
    at = down ? start : start - 1;
    diagonal += down ? 1 : -1;
  }
  return [...first.slice(0, at).map(keep), ...edits.reverse()];
}

/** Which change led to a diagonal, and where in the first list its equal lines begin. */
function cameFrom(
  before: Int32Array | undefined,
  changes: number,
  diagonal: number,
): { readonly down: boolean; readonly start: number } {
  const at = changes + 1 + diagonal;
  const down = before === undefined || goesDown(before, at, diagonal, changes);
  return { down, start: down ? (before?.[at + 1] ?? 0) : (before[at - 1] ?? 0) + 1 };
}
