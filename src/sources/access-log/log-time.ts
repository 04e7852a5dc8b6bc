const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * A time as Envoy, the agent and container runtimes write it, such as `2026-08-01T09:14:03.512Z`.
 * @returns epoch seconds; undefined for anything else, and for days that do not exist
 */
export function parseLogTime(text: string): number | undefined {
  if (!ISO_TIME.test(text)) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  // `Date.parse` takes the 30th of February for the 2nd of March.
  const day = Number(text.slice(8, 10));
  return day > 28 && day > daysOfMonth(text) ? undefined : ms / 1000;
}

function daysOfMonth(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}
