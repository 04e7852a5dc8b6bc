import { OTHER } from '../../model/traffic.ts';

/** Counts of a word by workload: log levels, and reasons of failed xDS streams. */
export interface LogCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  readonly word: string;
  readonly count: number;
}

export interface LogCounts {
  add(origin: { readonly namespace: string; readonly workload: string }, word: string, by: number): void;
  /** In the order in which they were first counted; the same list while nothing changes. */
  list(): readonly LogCount[];
}

/** @param max beyond these, what is new counts as `__other__` in every respect but its word, of which there are few */
export function createLogCounts(max: number): LogCounts {
  const counts = new Map<string, LogCount>();
  let listed: readonly LogCount[] | undefined = [];
  return {
    add: ({ namespace, workload }, word, by) => {
      const own = `${namespace}/${workload}/${word}`;
      const fits = counts.has(own) || counts.size < max;
      const key = fits ? own : `${OTHER}/${OTHER}/${word}`;
      const known = counts.get(key) ?? {
        proxyNamespace: fits ? namespace : OTHER,
        workload: fits ? workload : OTHER,
        word,
        count: 0,
      };
      counts.set(key, { ...known, count: known.count + by });
      listed = undefined;
    },
    list: () => {
      listed ??= [...counts.values()];
      return listed;
    },
  };
}
