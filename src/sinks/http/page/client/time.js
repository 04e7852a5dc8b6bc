// @ts-check

/** The server's clock, as far as its last answer told it: the reader's own may be wrong. */
let offsetMs = 0;

/** @param {string} at RFC 3339, of an answer that has just come */
export function setServerTime(at) {
  const ms = Date.parse(at);
  if (Number.isFinite(ms)) offsetMs = ms - Date.now();
}

/** @param {number} seconds */
export function spanText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * How long ago by the server's clock.
 * @param {string} at
 */
export function ageText(at) {
  return spanText((Date.now() + offsetMs - Date.parse(at)) / 1000);
}

/**
 * `12:53:21`, and the day where it is another. In UTC, as logs are.
 * @param {string} at
 */
export function clockText(at) {
  const time = at.slice(11, 19);
  const today = new Date(Date.now() + offsetMs).toISOString().slice(0, 10);
  return at.startsWith(today) ? time : `${at.slice(0, 10)} ${time}`;
}
