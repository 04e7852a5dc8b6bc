import process from 'node:process';

/** How long this thread computes in `work`, in milliseconds: a machine that is busy with others adds nothing to it. */
export function computingMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  return sinceMs(before);
}

/** The same of work that others may do: how long this thread computes until it is done. */
export async function computingUntilDoneMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  return sinceMs(before);
}

function sinceMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The same while `work` goes on, and how long all threads of the process compute. */
export async function computingMsDuring(
  work: () => Promise<unknown>,
): Promise<{ readonly own: number; readonly all: number }> {
  const before = { own: process.threadCpuUsage(), all: process.cpuUsage() };
  await work();
  const [own, all] = [process.threadCpuUsage(before.own), process.cpuUsage(before.all)];
  return { own: (own.user + own.system) / 1000, all: (all.user + all.system) / 1000 };
}
