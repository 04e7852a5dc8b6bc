import type { EpochSeconds } from './brand.ts';
import type { Inspections } from './inspection.ts';

/** Since when each logger has been seen to write more than Istio's default, by `verboseKey`. */
export type VerboseSince = ReadonlyMap<string, EpochSeconds>;

export const NO_VERBOSE_SINCE: VerboseSince = new Map();

/** One logger of one proxy, whatever its level: from debug to trace it was left on all the same. */
export function verboseKey(proxy: { readonly namespace: string; readonly name: string }, logger: string): string {
  return `${proxy.namespace}/${proxy.name} ${logger}`;
}

/**
 * Remembers in which look each verbose logger was first seen. One that a later look finds at its default is forgotten, and
 * so are those of proxies that are gone; a look that could not read loggers changes nothing.
 * @returns the very same map when nothing came and nothing went
 */
export function advanceVerbose(previous: VerboseSince, { proxies }: Inspections): VerboseSince {
  const since = new Map<string, EpochSeconds>();
  const seen = [...proxies.values()].flatMap((proxy) =>
    (proxy.verboseLoggers ?? []).map(({ name }) => ({ key: verboseKey(proxy, name), at: proxy.at })),
  );
  for (const { key, at } of seen) since.set(key, previous.get(key) ?? at);
  for (const [key, at] of previous) {
    const look = proxies.get(key.slice(0, key.indexOf(' ')));
    if (look !== undefined && look.verboseLoggers === undefined) since.set(key, at);
  }
  const isSame = since.size === previous.size && [...since.keys()].every((key) => previous.has(key));
  return isSame ? previous : since;
}
