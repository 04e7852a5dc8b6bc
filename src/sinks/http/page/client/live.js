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
  let earliestMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const run = async () => {
    clearTimeout(timer);
    isBusy = true;
    isWanted = false;
    const beganMs = performance.now();
    const isAnswered = await update();
    const endMs = performance.now();
    // Who is in trouble, or asked too much, is left alone for a while.
    earliestMs = endMs + Math.max(isAnswered ? SHORTEST_REST_MS : POLL_MS, (endMs - beganMs) * REST);
    isBusy = false;
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (isBusy || document.hidden) return;
    const pauseMs = isListening ? SAFETY_MS : POLL_MS;
    timer = setTimeout(run, Math.max(0, earliestMs - performance.now()) + (isWanted ? 0 : pauseMs));
  };
  const want = () => {
    isWanted = true;
    plan();
  };
  const listen = () => {
    const events = new EventSource('api/v1/events');
    events.addEventListener('open', () => {
      isListening = true;
    });
    events.addEventListener('snapshot', want);
    events.addEventListener('error', () => {
      isListening = false;
      plan();
      // Else the browser tries again by itself.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, REOPEN_MS);
    });
  };
  listen();
  document.addEventListener('visibilitychange', want);
  return {
    /** At once, whatever was before: the reader waits. */
    now: () => {
      isWanted = true;
      earliestMs = 0;
      plan();
    },
    isListening: () => isListening,
  };
}
