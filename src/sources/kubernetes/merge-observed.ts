import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import type { ObjectMap } from '../../model/cluster.ts';
import { known, type Observed, PENDING } from '../../model/observed.ts';
import type { SourceError } from '../../model/source-error.ts';

/**
 * One kind out of several lists of it. Pending until each has spoken once: half a mesh is not a mesh. After that what is
 * known is shown, and is stale as soon as one part of it is not current; it has failed when nothing is known at all.
 */
export function mergeObserved<T>(parts: readonly Observed<ObjectMap<T>>[]): Observed<ObjectMap<T>> {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  if (parts.some((part) => part.state === 'pending')) return PENDING;
  const error = firstError(parts);
  const value = new Map<string, T>();
  for (const part of parts) for (const [key, object] of known(part) ?? []) value.set(key, object);
  if (error === undefined) return { state: 'fresh', at: newest(parts), value };
  if (parts.every((part) => part.state === 'failed')) return { state: 'failed', error };
  return { state: 'stale', at: newest(parts), value, error };
}

function firstError<T>(parts: readonly Observed<T>[]): SourceError | undefined {
  for (const part of parts) if (part.state === 'stale' || part.state === 'failed') return part.error;
  return undefined;
}

function newest<T>(parts: readonly Observed<T>[]): EpochSeconds {
  const times = parts.map((part) => ('at' in part ? part.at : 0));
  return epochSeconds(Math.max(0, ...times));
}
