/** What is wrong with an object by itself: refused by Istio, or taken with a warning. */
export interface Problem {
  readonly level: 'error' | 'warning';
  readonly text: string;
}

/** Gathers what a check finds. */
export interface Problems {
  error(text: string): void;
  warning(text: string): void;
  /** An error where there is a text. */
  check(text: string | undefined): void;
  all(): readonly Problem[];
}

export function newProblems(): Problems {
  const found: Problem[] = [];
  const error = (text: string): void => {
    found.push({ level: 'error', text });
  };
  return {
    error,
    warning: (text) => found.push({ level: 'warning', text }),
    check: (text) => (text === undefined ? undefined : error(text)),
    all: () => found,
  };
}
