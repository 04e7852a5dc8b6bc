/** Counts of a word by workload: log levels, and reasons of failed xDS streams. */
export interface LogCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  readonly word: string;
  readonly count: number;
}

export interface LogCounts {
  add(origin: { readonly namespace: string; readonly workload: string }, word: string, by: number): void;
  list(): readonly LogCount[];
}

export function createLogCounts(): LogCounts {
  const counts = new Map<string, LogCount>();
  return {
    add: ({ namespace, workload }, word, by) => {
      const key = `${namespace}/${workload}/${word}`;
      const count = (counts.get(key)?.count ?? 0) + by;
      counts.set(key, { proxyNamespace: namespace, workload, word, count });
    },
    list: () => [...counts.values()],
  };
}
