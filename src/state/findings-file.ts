import { type EpochSeconds, epochSeconds } from '../model/brand.ts';
import { type FindingsSince, NO_FINDINGS_SINCE } from '../model/findings-since.ts';
import { checkpointOf } from './history-checkpoint.ts';
import { loadCheckpoint } from './history-file.ts';

/**
 * Reads from the checkpoint of the history since when findings of analysis stood; none is no error, and gives nothing.
 * @param now times of the future are refused with the whole: the clock was set back, and no age would be right
 * @throws Error that names the file and what is wrong with it; the caller says so and starts without
 */
export function loadFindings(file: string, now: EpochSeconds): Promise<FindingsSince> {
  return loadCheckpoint(file, NO_FINDINGS_SINCE, (text) => decodeFindings(text, now));
}

/** A checkpoint of before there was analysis has none. @throws Error that says what is wrong */
function decodeFindings(text: string, now: EpochSeconds): FindingsSince {
  const { findings = {} } = checkpointOf(text);
  if (typeof findings !== 'object' || findings === null) throw new Error('findings is no object');
  const entries = Object.entries(findings).map(([key, since]: [string, unknown]) => {
    if (typeof since === 'number' && since > 0 && since <= now) return [key, epochSeconds(since)] as const;
    throw new Error(`findings has ${JSON.stringify(key.slice(0, 100))} at no time before now`);
  });
  return new Map(entries);
}
