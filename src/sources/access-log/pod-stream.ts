import type { SourceError } from '../../model/source-error.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { type KubeApi, KubeApiError } from '../kubernetes/kube-api.ts';
import type { PodLog } from './followed-pods.ts';
import type { LogScanner, StreamOrigin, Tally } from './scanner.ts';
import { createStampedLines, type StampPosition } from './stamped-lines.ts';
import { createStreamFeed } from './stream-feed.ts';

/** One log that is followed over the API, over broken streams. */
export interface PodStream {
  readonly log: PodLog;
  position(): StampPosition | undefined;
  /** Opens a stream unless one is open or it is too early after the last failure. */
  open(signal: AbortSignal): void;
  /** Whether it has nothing more to give of what was there when it was opened, as far as silence tells. */
  caughtUp(): boolean;
  /** Whether no stream is open. */
  idle(): boolean;
  /** Why the last stream failed, until the next one opens. */
  error(): SourceError | undefined;
  /** Ends it, and waits until it has. */
  close(): Promise<void>;
}

export interface PodStreamOptions {
  readonly api: KubeApi;
  readonly container: string;
  readonly scanner: LogScanner;
  readonly tally: Tally;
  readonly log: PodLog;
  /** Where it was left, or the moment before which nothing counts. */
  readonly from: StampPosition | 'start';
  readonly nowMs: () => number;
  readonly random: () => number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A stream that was silent for so long has given what it had. */
const SILENCE_MS = 2000;

interface State {
  position: StampPosition | undefined;
  running: Promise<void> | undefined;
  ended: boolean;
  failures: number;
  retryAtMs: number;
  heardAtMs: number;
  error: SourceError | undefined;
}

export function createPodStream(options: PodStreamOptions): PodStream {
  const { log, from, nowMs } = options;
  const stop = new AbortController();
  const state: State = {
    position: from === 'start' ? undefined : from,
    running: undefined,
    ended: false,
    failures: 0,
    retryAtMs: 0,
    heardAtMs: Number.POSITIVE_INFINITY,
    error: undefined,
  };
  return {
    log,
    position: () => state.position,
    open(signal) {
      if (state.running !== undefined || state.ended || nowMs() < state.retryAtMs) return;
      state.running = followOnce(options, state, AbortSignal.any([signal, stop.signal])).finally(() => {
        state.running = undefined;
      });
    },
    caughtUp: () => state.ended || nowMs() - state.heardAtMs >= SILENCE_MS,
    idle: () => state.running === undefined,
    error: () => state.error,
    async close() {
      stop.abort();
      await state.running;
    },
  };
}

/** Reads one stream to its end. Never rejects. */
async function followOnce(options: PodStreamOptions, state: State, signal: AbortSignal): Promise<void> {
  const { api, log, nowMs, random } = options;
  const { namespace, pod } = log;
  try {
    const chunks = await api.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, queryOf(options, state), signal);
    state.heardAtMs = nowMs();
    state.error = undefined;
    await count(options, state, chunks);
    // The server closes a followed log when the container ends; the pods tell whether it did, or something between us.
    state.failures = 0;
    state.retryAtMs = nowMs() + FIRST_PAUSE_MS;
  } catch (problem) {
    if (signal.aborted) return;
    state.error = reasonOf(problem);
    state.ended = problem instanceof KubeApiError && problem.status === 404;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.failures);
    state.failures += 1;
    state.retryAtMs = nowMs() + pauseMs * (0.5 + random());
  }
}

function queryOf({ container }: PodStreamOptions, { position }: State): Record<string, string> {
  const query = { container, follow: 'true', timestamps: 'true' };
  return position === undefined ? query : { ...query, sinceTime: position.stamp };
}

async function count(options: PodStreamOptions, state: State, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const { scanner, tally, log, nowMs } = options;
  const origin: StreamOrigin = {
    source: 'api',
    namespace: log.namespace,
    pod: log.pod,
    workload: workloadOfPodName(log.pod),
    framing: 'none',
  };
  const lines = createStampedLines(state.position);
  const feed = createStreamFeed({ scanner, tally, origin });
  for await (const chunk of chunks) {
    feed.push(lines.push(chunk));
    // Together with what was counted: whoever saves the one saves the other.
    state.position = lines.position();
    state.heardAtMs = nowMs();
  }
}

function reasonOf(problem: unknown): SourceError {
  if (problem instanceof KubeApiError) return problem.reason;
  return { code: 'invalid', detail: problem instanceof Error ? problem.message : String(problem) };
}
