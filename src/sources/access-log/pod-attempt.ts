import type { SourceError } from '../../model/source-error.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { type KubeApi, KubeApiError } from '../kubernetes/kube-api.ts';
import type { PodLog } from './followed-pods.ts';
import type { LogScanner, StreamOrigin, Tally } from './scanner.ts';
import { createStampedLines, LOG_START, type StampedLines, type StampPosition } from './stamped-lines.ts';
import { createStreamFeed } from './stream-feed.ts';

export interface AttemptOptions {
  readonly api: KubeApi;
  readonly container: string;
  readonly scanner: LogScanner;
  readonly tally: Tally;
  readonly log: PodLog;
  readonly nowMs: () => number;
  /** Told when lines that were read before are gone from the log: it was rotated while nobody read. */
  readonly onGap: () => void;
}

/** What one stream leaves behind for the next. */
export interface Attempt {
  position: StampPosition;
  mode: 'follow' | 'previous' | 'over';
  /** When the open stream last gave something; never while none is open. */
  heardAtMs: number;
  /** The pod was not there. */
  gone: boolean;
  error: SourceError | undefined;
  /** One for each attempt that failed. */
  errors: SourceError[];
}

/** Reads one stream to its end. Never rejects. Returns how long the server asks us to wait, if it does. */
export async function readOnce(
  options: AttemptOptions,
  state: Attempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { namespace, pod } = options.log;
  const { mode } = state;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  try {
    const chunks = await options.api.stream(path, queryOf(options, state), signal);
    state.heardAtMs = options.nowMs();
    state.error = undefined;
    await count(options, state, chunks);
    // The server closes a followed log when the container ends; the pods tell whether it did, or something between us.
    if (mode === 'previous') state.mode = 'over';
    return undefined;
  } catch (problem) {
    if (!signal.aborted) fail(state, problem);
    return problem instanceof KubeApiError ? problem.retryAfterMs : undefined;
  } finally {
    state.heardAtMs = Number.POSITIVE_INFINITY;
  }
}

/** A pod that is gone is no failure, nor is a previous log that the runtime has already removed. */
function fail(state: Attempt, problem: unknown): void {
  const status = problem instanceof KubeApiError ? problem.status : undefined;
  state.gone = status === 404;
  if (state.mode === 'previous' && (status === 404 || status === 400)) state.mode = 'over';
  state.error = state.gone || state.mode === 'over' ? undefined : attemptError(problem);
  if (state.error !== undefined) state.errors.push(state.error);
}

function queryOf({ container }: AttemptOptions, { position, mode }: Attempt): Record<string, string> {
  return {
    container,
    timestamps: 'true',
    ...(mode === 'previous' ? { previous: 'true' } : { follow: 'true' }),
    ...(position.stamp !== LOG_START.stamp && { sinceTime: position.stamp }),
  };
}

async function count(options: AttemptOptions, state: Attempt, chunks: AsyncIterable<Uint8Array>): Promise<void> {
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
  const gap = createGapWatch(lines, options.onGap);
  for await (const chunk of chunks) {
    feed.push(lines.push(chunk));
    // Together with what was counted: whoever saves the one saves the other.
    state.position = lines.position();
    state.heardAtMs = nowMs();
    gap();
  }
}

function createGapWatch({ hasGap }: StampedLines, onGap: () => void): () => void {
  let said = false;
  return () => {
    if (said || !hasGap()) return;
    said = true;
    onGap();
  };
}

function attemptError(problem: unknown): SourceError {
  if (problem instanceof KubeApiError) return problem.reason;
  return { code: 'invalid', detail: problem instanceof Error ? problem.message : String(problem) };
}
