import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import type { FirstReading } from './first-reading.ts';
import type { SavedAnswer } from './read-istiods.ts';
import type { ReadLogs } from './read-proxy-logs.ts';

/** Files written this long after the newest thing they tell of were copied, not made, then. */
const COPIED_AFTER_SECONDS = 3_600;

/**
 * When a bundle was made: all ages in it are counted to this time, never to now. It is when istiods answered; where files
 * have the time of a copy, the newest time that anything in them tells.
 */
export function madeAtOf({ saved, synczAt, newestAt }: FirstReading, { newest }: ReadLogs): EpochSeconds {
  const told = Math.max(newest ?? 0, ...saved.map(newestSent));
  const written = synczAt ?? newestAt;
  if (told === 0) return written ?? epochSeconds(0);
  if (written === undefined || written < told || written - told > COPIED_AFTER_SECONDS) return epochSeconds(told);
  return written;
}

function newestSent({ answer }: SavedAnswer): number {
  const times = answer.proxies.flatMap(({ types }) => Object.values(types).flatMap(({ sentAt }) => sentAt ?? []));
  return times.reduce((newest, time) => Math.max(newest, time), 0);
}
