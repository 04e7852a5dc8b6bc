import { UNSET } from './raw-request.ts';

/** What stands behind the request line and before the first header value. */
export interface TextHead {
  readonly responseCode: string;
  readonly flags: string;
  readonly details: string;
  readonly terminationDetails: string;
  readonly transportFailure: string;
  /** Where the first header value begins, behind its quote. */
  readonly middle: number;
  /** Whether lines of this form end in a route name. */
  readonly hasRoute: boolean;
}

/** Bytes received and sent, duration, upstream's share of it, and the quote that opens the first header value. */
const NUMBERS = /" (?:\d{1,40} ){2}(?:(?:\d{1,40}|-) ){2}"/y;

/**
 * Reads `CODE FLAGS DETAILS TERMINATION "TRANSPORT" N N N N "`; Istio 1.8 left out details and termination, 1.2 to 1.7
 * had one quoted field of metadata in their place (Istio pilot/pkg/model/telemetry_logging.go of those times).
 */
export function textHead(line: string, start: number): TextHead | undefined {
  const codeEnd = line.indexOf(' ', start);
  const flagsEnd = line.indexOf(' ', codeEnd + 1);
  if (codeEnd < 0 || flagsEnd < 0) return undefined;
  const rest = flagsEnd + 1;
  const found = line.startsWith('"', rest) ? oldForm(line, rest) : newForm(line, rest);
  if (found === undefined) return undefined;
  return { responseCode: line.slice(start, codeEnd), flags: line.slice(codeEnd + 1, flagsEnd), ...found };
}

type Rest = Omit<TextHead, 'responseCode' | 'flags'>;

function newForm(line: string, start: number): Rest | undefined {
  const open = line.indexOf(' "', start);
  const detailsEnd = line.indexOf(' ', start);
  if (open < 0 || detailsEnd >= open) return undefined;
  const transport = quotedBeforeNumbers(line, open + 1);
  if (transport === undefined) return undefined;
  return {
    details: line.slice(start, detailsEnd),
    terminationDetails: line.slice(detailsEnd + 1, open),
    ...transport,
    hasRoute: true,
  };
}

function oldForm(line: string, start: number): Rest | undefined {
  const NONE = { details: UNSET, terminationDetails: UNSET };
  const transport = quotedBeforeNumbers(line, start);
  if (transport !== undefined) return { ...NONE, ...transport, hasRoute: true };
  const metadataEnd = line.indexOf('" "', start + 1);
  const second = metadataEnd < 0 ? undefined : quotedBeforeNumbers(line, metadataEnd + 2);
  return second === undefined ? undefined : { ...NONE, ...second, hasRoute: false };
}

/** The quoted text that opens at `open`, which must be the one that the numbers follow. */
function quotedBeforeNumbers(
  line: string,
  open: number,
): { readonly transportFailure: string; readonly middle: number } | undefined {
  const close = line.indexOf('" ', open + 1);
  if (close < 0) return undefined;
  NUMBERS.lastIndex = close;
  if (!NUMBERS.test(line)) return undefined;
  return { transportFailure: line.slice(open + 1, close) || UNSET, middle: NUMBERS.lastIndex };
}
