// @ts-check

/** Without events, and in case one was lost. */
const POLL_MS = 5000;
const SAFETY_MS = 15_000;
/** A stream that was refused is asked for again. */
const REOPEN_MS = 30_000;
/** An update may take a tenth of the time: neither browser nor exporter is to be kept busy. */
const REST = 9;
const SHORTEST_REST_MS = 900;

/**
 * Calls for an update when the server says that there is something new; every few seconds where it cannot say so.
 * @param {() => Promise<boolean>} update whether all was answered; never rejects
 */
export function keepFresh(update) {
  let isListening = false;
  const turns = takeTurns(update, () => (isListening ? SAFETY_MS : POLL_MS));
  listenToEvents(turns.want, (listens) => {
    isListening = listens;
  });
  document.addEventListener('visibilitychange', turns.want);
  return { now: turns.now, isListening: () => isListening };
}

/**
 * One update at a time, with a rest after each.
 * @param {() => Promise<boolean>} update
 * @param {() => number} pauseMs how long to wait where nobody wants one
 */
function takeTurns(update, pauseMs) {
  let isBusy = false;
  let isWanted = false;
  /** The reader waits, for something else than what is being asked for. */
  let isUrgent = false;
  let earliestMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const run = async () => {
    clearTimeout(timer);
    isBusy = true;
    isWanted = false;
    isUrgent = false;
    const beganMs = performance.now();
    const isAnswered = await update();
    earliestMs = isUrgent ? 0 : restedAt(beganMs, isAnswered);
    isBusy = false;
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (isBusy || document.hidden) return;
    timer = setTimeout(run, Math.max(earliestMs - performance.now(), isWanted ? 0 : pauseMs()));
  };
  return {
    want: () => {
      isWanted = true;
      plan();
    },
    /** At once, whatever was before: the reader waits. */
    now: () => {
      isWanted = true;
      isUrgent = true;
      earliestMs = 0;
      plan();
    },
  };
}

/**
 * Who is in trouble, or asked too much, is left alone for a while.
 * @param {number} beganMs of the update that has just ended
 * @param {boolean} isAnswered
 */
function restedAt(beganMs, isAnswered) {
  const endMs = performance.now();
  return endMs + Math.max(isAnswered ? SHORTEST_REST_MS : POLL_MS, (endMs - beganMs) * REST);
}

/**
 * @param {() => void} want there is news, or the stream broke: whether the exporter is gone is soon known then
 * @param {(listens: boolean) => void} set
 */
function listenToEvents(want, set) {
  const events = new EventSource('api/v1/events');
  events.addEventListener('open', () => set(true));
  events.addEventListener('snapshot', want);
  events.addEventListener('error', () => {
    set(false);
    want();
    // Else the browser tries again by itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => listenToEvents(want, set), REOPEN_MS);
  });
}
