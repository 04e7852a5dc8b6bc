import pLimit from 'p-limit';
import { type Answer, type Route, textAnswer } from '../answer.ts';
import { PROBE_PATHS } from '../routes.ts';

/** How many answers of one route may be made at once, and how many may wait for that. */
export interface AnswerLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/** One answer of the largest mesh takes a second and a hundred megabytes while it is made. */
export const ANSWER_LIMITS: AnswerLimits = { atOnce: 4, waiting: 32 };

/**
 * Each of these routes makes only so many answers at once, and refuses (503) who would wait behind too many. A line of its
 * own for each: whatever else is asked, Prometheus waits only for other scrapes. Probes are always answered.
 */
export function limitAnswers(routes: readonly Route[], limits: AnswerLimits, onRefused: () => void): readonly Route[] {
  return routes.map((route) => {
    if (PROBE_PATHS.includes(route.path)) return route;
    const limit = pLimit(limits.atOnce);
    return {
      ...route,
      answer: (asked) => {
        if (limit.pendingCount < limits.waiting) return limit(async (): Promise<Answer> => route.answer(asked));
        onRefused();
        return { ...textAnswer(503, 'too many ask for this at once; ask again'), headers: { 'Retry-After': '1' } };
      },
    };
  });
}
