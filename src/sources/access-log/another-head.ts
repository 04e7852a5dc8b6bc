import type { TextHead } from './text-head.ts';

/**
 * What stands from the protocol to the first header value, as Envoy writes it: none of it holds a quote. Each try ends
 * at the second quote behind the one it began at, so that no line is slow.
 */
const HEAD =
  / (?:-|HTTP\/\d(?:\.\d)?)" (?<code>0|[1-9]\d{2}|-) (?<flags>[\w,-]+) (?:(?<details>[^ "]+) (?<termination>[^"]*) )?(?:"[^"]*" )?"(?<transport>[^"]*)" (?:\d{1,40} ){2}(?:(?:\d{1,40}|-) ){2}"/g;
/** Between two header values. Behind a head stand five: forwarded-for, user agent, request id, authority, upstream host. */
const SEPARATOR = '" "';
const SEPARATORS = 4;

/**
 * Whether a second head stands where header values should, with all that belongs behind it, and tells something else.
 * Either a caller wrote it into a header, or a caller wrote the first one into its path: Envoy writes the path that an
 * `x-envoy-original-path` header names, blanks and quotes included, and only an edge proxy takes that header from a
 * request. The line does not say which.
 */
export function anotherHead(line: string, first: TextHead): boolean {
  const lastMiddle = lastPlaceForHeaders(line);
  HEAD.lastIndex = first.middle;
  for (let found = HEAD.exec(line); found !== null && HEAD.lastIndex <= lastMiddle; found = HEAD.exec(line)) {
    if (tellsOther(found.groups ?? {}, first)) return true;
    // The quote that ends one may stand in the next one's beginning.
    HEAD.lastIndex -= 1;
  }
  return false;
}

function tellsOther(groups: Readonly<Record<string, string | undefined>>, first: TextHead): boolean {
  return (
    groups['code'] !== first.responseCode ||
    groups['flags'] !== first.flags ||
    (groups['details'] ?? '-') !== first.details ||
    (groups['termination'] ?? '-') !== first.terminationDetails ||
    (groups['transport'] || '-') !== first.transportFailure
  );
}

/** The last place where the first of five header values may begin; negative without any. */
function lastPlaceForHeaders(line: string): number {
  let at = line.lastIndexOf('"');
  for (let count = 0; count < SEPARATORS && at > 0; count++) at = line.lastIndexOf(SEPARATOR, at - SEPARATOR.length);
  return at;
}
