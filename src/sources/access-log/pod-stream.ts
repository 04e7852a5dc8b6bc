import type { EpochSeconds } from '../../model/brand.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { PodLog } from './followed-pods.ts';
import { type Attempt, type AttemptOptions, readOnce } from './pod-attempt.ts';
import type { StampPosition } from './stamped-lines.ts';

/** One log that is followed over the API, over broken streams. */
export interface PodStream {
  readonly log: PodLog;
  /** Behind what was counted. */
  position(): StampPosition;
  /** Opens a stream, unless one is open and gives something or it is too early after the last; called again and again. */
  open(signal: AbortSignal): void;
  /** A newer instance of the container runs: what is left of this one is asked for as the `previous` log, once. */
  succeed(): void;
  /** Whether it has given what was there when the exporter started, as far as can be told, or cannot. */
  caughtUp(): boolean;
  /** Whether nothing more will come of it by itself. */
  over(): boolean;
  /** Why it cannot be read now. */
  error(): SourceError | undefined;
  /** How often that changed to something worse since this was last asked: each failed attempt once. */
  takeErrors(): readonly SourceError[];
  /** Ends it, and waits until it has. */
  close(): Promise<void>;
}

export interface PodStreamOptions extends AttemptOptions {
  /** Where it was left, or the moment before which nothing counts. */
  readonly from: StampPosition;
  /** When the exporter began: a line as new as that ends the catching up. */
  readonly beganAt: EpochSeconds;
  readonly random: () => number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A stream that was silent for so long has given what it had. */
const CAUGHT_UP_SILENCE_MS = 2000;
/**
 * After such a silence the stream is opened anew: kubelets were seen to give nothing more after a rotation, and load
 * balancers to drop idle connections without a word (kubernetes issues 115701, 126564). Half as much again at random.
 */
const SILENCE_MS = 60_000;

interface State extends Attempt {
  running: Promise<void> | undefined;
  stop: AbortController;
  retryAtMs: number;
  caughtUp: boolean;
}

export function createPodStream(options: PodStreamOptions): PodStream {
  const { log, nowMs, random } = options;
  const longestSilenceMs = SILENCE_MS * (1 + random() / 2);
  const state = newState(options);
  const start = createStart(options, state);
  return {
    log,
    position: () => state.position,
    open(signal) {
      if (state.running !== undefined && nowMs() - state.heardAtMs >= longestSilenceMs) state.stop.abort();
      if (state.running !== undefined || state.mode === 'over' || nowMs() < state.retryAtMs) return;
      state.stop = new AbortController();
      state.running = start(AbortSignal.any([signal, state.stop.signal]));
    },
    succeed() {
      if (state.mode !== 'follow') return;
      state.mode = 'previous';
      state.stop.abort();
    },
    caughtUp() {
      state.caughtUp ||= hasCaughtUp(options, state);
      return state.caughtUp;
    },
    over: () => state.mode === 'over' || (state.mode === 'follow' && state.running === undefined),
    error: () => state.error,
    takeErrors: () => state.errors.splice(0),
    async close() {
      state.mode = 'over';
      state.stop.abort();
      await state.running;
    },
  };
}

function newState({ from }: PodStreamOptions): State {
  return {
    position: from,
    running: undefined,
    stop: new AbortController(),
    mode: 'follow',
    retryAtMs: Number.NEGATIVE_INFINITY,
    heardAtMs: Number.POSITIVE_INFINITY,
    caughtUp: false,
    gone: false,
    error: undefined,
    errors: [],
  };
}

/** Reads one stream to its end, and says when the next may begin: later each time, while nothing new comes. */
function createStart(options: PodStreamOptions, state: State): (signal: AbortSignal) => Promise<void> {
  const { nowMs, random } = options;
  let inVain = 0;
  return async (signal) => {
    const before = state.position;
    const retryAfterMs = await readOnce(options, state, signal);
    inVain = state.position === before ? inVain + 1 : 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** inVain) * (0.5 + random() / 2);
    state.retryAtMs = signal.aborted ? nowMs() : nowMs() + Math.max(retryAfterMs ?? 0, pauseMs);
    state.running = undefined;
  };
}

function hasCaughtUp({ beganAt, nowMs }: PodStreamOptions, state: State): boolean {
  const isSilent = nowMs() - state.heardAtMs >= CAUGHT_UP_SILENCE_MS;
  return isSilent || state.mode === 'over' || state.gone || state.error !== undefined || isAfter(state, beganAt);
}

function isAfter({ position }: State, at: EpochSeconds): boolean {
  return position.seen > 0 && Date.parse(position.stamp) >= at * 1000;
}
