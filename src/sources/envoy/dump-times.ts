import { type EpochSeconds, epochSecondsFromMs } from '../../model/brand.ts';

/** A time as Envoy writes it, RFC 3339. */
export function readTime(text: string | undefined): EpochSeconds | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : epochSecondsFromMs(ms);
}
