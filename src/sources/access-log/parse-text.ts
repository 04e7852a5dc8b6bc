import { accessLine, type LineReading } from './access-line.ts';
import { anotherHead } from './another-head.ts';
import { parseLogTime } from './log-time.ts';
import { UNSET } from './raw-request.ts';
import { type TextHead, textHead } from './text-head.ts';
import { type TextTail, textTail } from './text-tail.ts';

/** How many quotes the format writes itself since Istio 1.8: with no more, none is a caller's. */
const OWN_QUOTES = 14;
/** Method, path and protocol; no HTTP version lets a blank into the path it was sent. Sticky: tried at one place. */
const REQUEST = /[\w!#$%&'*+.^`|~-]+ [^ ]+ (?:-|HTTP\/\d(?:\.\d)?)(?=" )/y;

/**
 * Istio's default text format of every version (Istio pilot/pkg/model/telemetry_logging.go). Header values stand in it
 * as callers wrote them, quotes and blanks included, so nothing is counted from the wrong end: what stands before them
 * is found from the left, what stands behind them from the right, and of what is between only an authority that cannot
 * be mistaken is taken. The tail ends in the server name a TLS client asked for, which Envoy writes without blanks or
 * quotes (since September 2024: CVE-2024-45808).
 * @returns undefined for every other line, also with `omitEmptyValues`, which leaves words out; `unclear` where a caller
 * may have written the code and the flags (`anotherHead`)
 */
export function parseText(line: string): LineReading {
  if (!line.startsWith('[')) return undefined;
  const stampEnd = line.indexOf('] "', 1);
  if (stampEnd < 0 || stampEnd > 40) return undefined;
  const at = parseLogTime(line.slice(1, stampEnd));
  if (at === undefined) return undefined;
  // Without a quote of a caller's there is nothing to be mistaken, whatever the path is made of.
  const plain = countQuotes(line) === OWN_QUOTES;
  const requestEnd = plain ? line.indexOf('" ', stampEnd + 3) : endOfRequest(line, stampEnd + 3);
  const head = requestEnd < 0 ? undefined : textHead(line, requestEnd + 2);
  if (head === undefined) return undefined;
  const tail = textTail(line, head.middle, plain);
  if (tail === undefined) return undefined;
  return !plain && anotherHead(line, head) ? 'unclear' : joined(head, tail, at);
}

function joined({ middle, hasRoute, ...fields }: TextHead, tail: TextTail, at: number): LineReading {
  const { cluster, downstreamLocalAddress, route, authority, upstreamHost } = tail;
  // Only Istio 1.2 wrote no route name.
  if (route === undefined && hasRoute) return undefined;
  return accessLine(
    { ...fields, upstreamCluster: cluster, downstreamLocalAddress, route: route ?? UNSET, authority },
    at,
    upstreamHost,
  );
}

/** Where the quote stands that ends `"METHOD PATH PROTOCOL" `; negative when it cannot be told. */
function endOfRequest(line: string, start: number): number {
  REQUEST.lastIndex = start;
  return REQUEST.test(line) ? REQUEST.lastIndex : -1;
}

function countQuotes(line: string): number {
  let count = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count += 1;
  return count;
}
