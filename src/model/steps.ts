/** Work that its caller may pause: each `next` does a small part of it, and the last one gives the result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** So many items take some tenths of a millisecond. */
const ITEMS = 250;

/** Takes every item, and pauses now and then: after `every` so many, fewer where each takes long. */
export function* eachInSteps<T>(items: Iterable<T>, take: (item: T) => void, every: number = ITEMS): Steps<void> {
  let left = every;
  for (const item of items) {
    take(item);
    if (--left > 0) continue;
    left = every;
    yield;
  }
}

/** Does all of it at once. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
