import { Worker } from 'node:worker_threads';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import type { InspectResult, InspectTask } from './inspect-thread.ts';

type Inspected = Extract<InspectResult, { facts: unknown }>;

/** As it is run: from its source, or compiled. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './inspect-thread.ts' : './inspect-thread.js', import.meta.url);
const MIB = 1 << 20;
/**
 * JSON takes some ten times its size as objects, and both sides are held. What takes more is refused before it is parsed
 * (`readEnvoyAnswer`): V8 ends the whole process, and not the thread alone, where a heap overflows amid parsing.
 */
const HEAP_FACTOR = 24;
const LEAST_HEAP_MIB = 256;

/**
 * Reads and cuts down what one look brought, in a thread of its own that ends with it: the event loop goes on.
 * @throws EnvoyAnswerError where it cannot be read, or holds more than a dump of the allowed size may
 */
export async function inspectInThread(task: InspectTask, signal: AbortSignal): Promise<Inspected> {
  signal.throwIfAborted();
  const given = owned(task);
  const maxOldGenerationSizeMb = Math.max(LEAST_HEAP_MIB, Math.ceil(task.limitBytes / MIB) * HEAP_FACTOR);
  const worker = new Worker(ENTRY, {
    workerData: given,
    transferList: [...given.answers, ...(given.sent === undefined ? [] : [given.sent])].flatMap(({ chunks }) =>
      chunks.map(({ buffer }) => buffer as ArrayBuffer),
    ),
    resourceLimits: { maxOldGenerationSizeMb },
  });
  const { promise, resolve, reject } = Promise.withResolvers<InspectResult>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  worker.once('message', resolve);
  worker.once('error', (error) => reject(explained(error, task)));
  worker.once('exit', (code) => reject(new Error(`the thread that reads a look ended with code ${code}`)));
  try {
    const result = await promise;
    if ('reason' in result) throw new EnvoyAnswerError(result.reason);
    return result;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await worker.terminate();
  }
}

/** In memory of its own, which changes hands without being copied. */
function owned(task: InspectTask): InspectTask {
  const join = (chunks: readonly Uint8Array[]): readonly Uint8Array[] => {
    const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return [whole];
  };
  const { answers, sent } = task;
  return {
    ...task,
    answers: answers.map(({ path, chunks }) => ({ path, chunks: join(chunks) })),
    sent: sent && { istiod: sent.istiod, chunks: join(sent.chunks) },
  };
}

function explained(error: Error, { pod, limitBytes }: InspectTask): Error {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  const detail = `what the Envoy of ${pod.pod}.${pod.namespace} or its istiod answers takes too much memory to be read`;
  return new EnvoyAnswerError({ code: 'too_large', limitBytes, detail });
}
