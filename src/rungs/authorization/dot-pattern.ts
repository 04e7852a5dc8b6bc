import type { TextTest } from './text-pattern.ts';

/** A run of any characters, or one: a certain one, or any. */
type Step = { readonly kind: 'run' } | { readonly kind: 'one'; readonly char?: string };

const RUN: Step = { kind: 'run' };
const ANY: Step = { kind: 'one' };
const SPECIAL = /[\\^$|?*+()[\]{}]/;
/** Longer ones would take too long to try, and name nothing. */
const MAX_LENGTH = 2_000;

/**
 * Istio makes regular expressions of principals, namespaces and service accounts without escaping what a policy says:
 * `.` stands for any character there. Understands `.`, `.*` and `.+`, in time that a hostile pattern cannot stretch.
 * @returns undefined for a pattern with more of a regular expression in it
 */
export function dotPattern(regex: string): TextTest | undefined {
  if (regex.length > MAX_LENGTH) return undefined;
  const tokens = regex.match(/\.[*+]?|[\s\S]/g) ?? [];
  if (tokens.some((token) => token.length === 1 && SPECIAL.test(token))) return undefined;
  const steps = tokens.flatMap(stepsOf);
  return (text) => text.length <= MAX_LENGTH && takesAll(steps, text);
}

function stepsOf(token: string): readonly Step[] {
  if (token === '.*') return [RUN];
  if (token === '.+') return [ANY, RUN];
  return token === '.' ? [ANY] : [{ kind: 'one', char: token }];
}

/** Follows every way through the steps at once. */
function takesAll(steps: readonly Step[], text: string): boolean {
  let places = withRunsPassed(new Set([0]), steps);
  // By code unit, as the pattern was taken apart.
  for (let at = 0; at < text.length && places.size > 0; at += 1) places = after(text.charAt(at), places, steps);
  return places.has(steps.length);
}

function after(char: string, places: ReadonlySet<number>, steps: readonly Step[]): Set<number> {
  const next = new Set<number>();
  for (const place of places) {
    const step = steps[place];
    if (step?.kind === 'run') next.add(place);
    else if (step !== undefined && (step.char ?? char) === char) next.add(place + 1);
  }
  return withRunsPassed(next, steps);
}

/** A run may be empty. */
function withRunsPassed(places: Set<number>, steps: readonly Step[]): Set<number> {
  // A set's loop also comes to what is added in it.
  for (const place of places) if (steps[place]?.kind === 'run') places.add(place + 1);
  return places;
}
