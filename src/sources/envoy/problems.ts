/** Collects what could not be read, in a few words each, and no more of them than a person reads. */
export interface Problems {
  add(problem: string): void;
  list(): readonly string[];
}

const MAX_PROBLEMS = 20;

export function createProblems(): Problems {
  const counts = new Map<string, number>();
  let more = 0;
  return {
    add(problem) {
      const count = counts.get(problem);
      if (count === undefined && counts.size >= MAX_PROBLEMS) more++;
      else counts.set(problem, (count ?? 0) + 1);
    },
    list() {
      const told = [...counts].map(([problem, count]) => (count === 1 ? problem : `${problem} (${count} times)`));
      return more === 0 ? told : [...told, `and ${more} more of such`];
    },
  };
}
