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
    const endMs = performance.now();
    // Who is in trouble, or asked too much, is left alone for a while.
    const restMs = Math.max(isAnswered ? SHORTEST_REST_MS : POLL_MS, (endMs - beganMs) * REST);
    earliestMs = isUrgent ? 0 : endMs + restMs;
    isBusy = false;
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (isBusy || document.hidden) return;
    const pauseMs = isListening ? SAFETY_MS : POLL_MS;
    timer = setTimeout(run, Math.max(earliestMs - performance.now(), isWanted ? 0 : pauseMs));
  };
  const want = () => {
    isWanted = true;
    plan();
  };
  listenToEvents(want, (listens) => {
    isListening = listens;
  });
  document.addEventListener('visibilitychange', want);
  return {
    /** At once, whatever was before: the reader waits. */
    now: () => {
      isWanted = true;
      isUrgent = true;
      earliestMs = 0;
      plan();
    },
    isListening: () => isListening,
  };
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
