/**
 * Watches how long the event loop is held, in time that this thread computes: a machine that is busy with others holds
 * nobody up here. Call the answer to end it and to be told the longest, in milliseconds.
 */
export function watchLoop(): () => number {
  let longestMs = 0;
  let last = computedMs();
  const look = (): void => {
    const now = computedMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return () => {
    look();
    clearInterval(timer);
    return longestMs;
  };
}

function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
