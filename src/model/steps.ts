/** Work that its caller may pause: each `next` does a small part of it, and the last one gives the result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** So many items take some tenths of a millisecond. */
const ITEMS = 250;

/** Takes every item, and pauses now and then. */
export function* eachInSteps<T>(items: Iterable<T>, take: (item: T) => void): Steps<void> {
  let left = ITEMS;
  for (const item of items) {
    take(item);
    if (--left > 0) continue;
    left = ITEMS;
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
