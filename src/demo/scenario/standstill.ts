/** @returns how long a count has stood still, in milliseconds, each time it is told how far the count is */
export function createStandstill(): (count: number) => number {
  let last: number | undefined;
  let movedMs = performance.now();
  return (count) => {
    const nowMs = performance.now();
    if (count !== last) movedMs = nowMs;
    last = count;
    return nowMs - movedMs;
  };
}
