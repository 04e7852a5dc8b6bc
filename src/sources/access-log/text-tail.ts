import { UNSET } from './raw-request.ts';

/** What stands behind the last header value, and the one header value that may matter. */
export interface TextTail {
  readonly cluster: string;
  readonly downstreamLocalAddress: string;
  /** Absent in lines of Istio 1.2. */
  readonly route: string | undefined;
  /** `-` when it cannot be told. */
  readonly authority: string;
  /** `-` when it cannot be told. */
  readonly upstreamHost: string;
}

/** Forwarded-for, user agent, request id, authority and upstream host. */
const QUOTED_FIELDS = 5;

/**
 * Reads, from the right, `"UPSTREAM_HOST" CLUSTER LOCAL LOCAL REMOTE SERVER_NAME ROUTE`.
 * @param middle where the first header value begins
 * @param plain no quote of a caller's is in the line
 */
export function textTail(line: string, middle: number, plain: boolean): TextTail | undefined {
  const lastQuote = line.lastIndexOf('"');
  if (lastQuote < middle || line[lastQuote + 1] !== ' ') return undefined;
  const words = line.slice(lastQuote + 2).split(' ', 7);
  const [cluster = '', , downstreamLocalAddress = '', , , route] = words;
  if (words.length < 5 || words.length > 6 || words.includes('')) return undefined;
  const fields = line.slice(middle, lastQuote).split('" "');
  // Envoy writes the upstream's address itself: were it more than a word, something else would stand there.
  const host = fields.at(-1);
  const hasHost = isWord(host);
  if (fields.length < QUOTED_FIELDS || !(plain || hasHost)) return undefined;
  const upstreamHost = hasHost ? host : UNSET;
  return { cluster, downstreamLocalAddress, route, authority: authorityOf(fields), upstreamHost };
}

/** With a field too many, some caller wrote quotes; with a quote in it, it is not whole. */
function authorityOf(fields: readonly string[]): string {
  const authority = fields[3];
  return fields.length === QUOTED_FIELDS && authority !== undefined && isWord(authority) ? authority : UNSET;
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && text !== '' && !text.includes('"') && !text.includes(' ');
}
