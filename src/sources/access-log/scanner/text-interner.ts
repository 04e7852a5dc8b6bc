import type { RawRequest } from '../raw-request.ts';

/** Beyond so many texts it forgets all: a flood of invented names must not stay. */
const MAX_TEXTS = 50_000;

/**
 * Gives equal texts as one string, its own: a piece cut out of a line keeps the whole line in memory for as long as it is
 * kept, and what keys say is kept for as long as they come.
 */
export function createTextInterner(): (text: string) => string {
  const texts = new Map<string, string>();
  return (text) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= MAX_TEXTS) texts.clear();
    // Not the way of JSON that names half a character.
    const own = text.isWellFormed() ? Buffer.from(text).toString() : text;
    texts.set(own, own);
    return own;
  };
}

/** The same request in such strings. */
export function interned(raw: RawRequest, intern: (text: string) => string): RawRequest {
  return {
    responseCode: intern(raw.responseCode),
    flags: intern(raw.flags),
    details: intern(raw.details),
    terminationDetails: intern(raw.terminationDetails),
    transportFailure: intern(raw.transportFailure),
    authority: intern(raw.authority),
    upstreamCluster: intern(raw.upstreamCluster),
    downstreamLocalAddress: intern(raw.downstreamLocalAddress),
    route: intern(raw.route),
    ...(raw.upstreamHost !== undefined && { upstreamHost: intern(raw.upstreamHost) }),
  };
}
