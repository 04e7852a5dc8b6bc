/** Something that runs for as long as the exporter does. */
export interface Task {
  readonly name: string;
  /** Resolves after `signal` aborts; anything earlier is a failure. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs every task until `outer` aborts or one of them fails; a task that ends early has failed, and one failure ends
 * all, so that nothing dies in silence. Rejects with an AggregateError of the causes; resolves after a wanted stop.
 * @param graceMs a task that has not returned this long after the stop began is left behind and named in an error
 */
export async function supervise(tasks: readonly Task[], outer: AbortSignal, graceMs: number): Promise<void> {
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const failures: Error[] = [];
  const pending = new Set<Task>(tasks);
  const runs = tasks.map(async (task) => {
    const failure = await runWhole(task, signal);
    pending.delete(task);
    if (failure === undefined) return;
    failures.push(failure);
    own.abort();
  });
  const all = Promise.all(runs);
  const late = await Promise.race([all.then(() => false), graceOver(signal, graceMs, all)]);
  if (late) failures.push(new Error(`not stopped within ${graceMs} ms: ${[...pending].map((t) => t.name).join(', ')}`));
  if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join('; '));
}

/** The failure, if the task did anything but run until the signal. Errors that a stop provokes are none. */
async function runWhole(task: Task, signal: AbortSignal): Promise<Error | undefined> {
  try {
    await task.run(signal);
    return signal.aborted ? undefined : new Error(`${task.name}: it returned before the stop`);
  } catch (cause) {
    if (signal.aborted) return undefined;
    return new Error(`${task.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Resolves with true `graceMs` after the signal, unless all was done before. */
function graceOver(signal: AbortSignal, graceMs: number, all: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const begin = (): void => {
      const timer = setTimeout(() => resolve(true), graceMs);
      void all.then(() => clearTimeout(timer));
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true });
  });
}
