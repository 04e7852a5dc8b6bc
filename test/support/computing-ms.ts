import process from 'node:process';

/** How long this thread computes in `work`, in milliseconds: a machine that is busy with others adds nothing to it. */
export function computingMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
