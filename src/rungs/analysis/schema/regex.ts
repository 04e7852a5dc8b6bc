/** Istio's own bound; Envoy's program would be larger still. */
const LONGEST = 1_024;

/**
 * What is wrong with a regular expression for RE2 (github.com/google/re2/wiki/Syntax): brackets, repetitions, and what
 * only other engines know. What it takes for sound may still be refused; what it refuses is refused by Istio.
 */
export function badRegex(regex: string): string | undefined {
  if (regex === '') return 'a regular expression is empty';
  if (regex.length > LONGEST) return `a regular expression is longer than ${LONGEST} characters`;
  // Quoted text may hold anything.
  const problem = regex.includes('\\Q') ? undefined : scan(regex);
  return problem === undefined ? undefined : `the regular expression "${regex}" ${problem}`;
}

/** Where a scan stands. */
interface Place {
  at: number;
  depth: number;
  /** Whether there is something before that can be repeated. */
  repeatable: boolean;
  /** Whether what is before is a repetition. */
  repeated: boolean;
}

function scan(regex: string): string | undefined {
  const place: Place = { at: 0, depth: 0, repeatable: false, repeated: false };
  while (place.at < regex.length) {
    const problem = step(regex, place);
    if (problem !== undefined) return problem;
  }
  return place.depth > 0 ? 'has a parenthesis that is not closed' : undefined;
}

function step(regex: string, place: Place): string | undefined {
  const rest = regex.slice(place.at, place.at + 32);
  const repetition = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(rest);
  if (repetition !== null) return repeat(repetition[0], rest, place);
  switch (rest[0]) {
    case '\\':
      return escaped(rest, place);
    case '[':
      return characterClass(regex, place);
    case '(':
      return open(regex.slice(place.at), place);
    case ')':
      return close(place);
    default:
      return literal(place, rest[0] !== '|');
  }
}

function literal(place: Place, isRepeatable: boolean, length = 1): undefined {
  place.at += length;
  place.repeatable = isRepeatable;
  place.repeated = false;
}

/** A question mark after a repetition makes it reluctant; anything else after one is an error in RE2. */
function repeat(operator: string, rest: string, place: Place): string | undefined {
  if (place.repeated) return 'repeats a repetition';
  if (!place.repeatable) return `has nothing before its ${operator}`;
  const [, low = '0', high = low] = /^\{(\d+),?(\d+)?/.exec(operator) ?? [];
  if (Math.max(Number(low), Number(high)) > 1_000) return 'repeats more than 1000 times';
  const isReluctant = rest[operator.length] === '?';
  place.at += operator.length + (isReluctant ? 1 : 0);
  place.repeated = true;
  return undefined;
}

function escaped(rest: string, place: Place): string | undefined {
  if (rest.length === 1) return 'ends in a backslash';
  if (/^\\(?:[1-7](?![0-7])|[89])/.test(rest)) return 'refers back to a group';
  if (/^\\[ceghi-moquyCE-ORT-VX-Z]/.test(rest)) return `has the unknown escape ${rest.slice(0, 2)}`;
  const whole = /^\\(?:x\{[0-9a-fA-F]+\}|[pP]\{\^?\w+\}|[\s\S])/.exec(rest);
  return literal(place, true, whole?.[0].length ?? 2);
}

function characterClass(regex: string, place: Place): string | undefined {
  const found = /^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/.exec(regex.slice(place.at));
  return found === null ? 'has a bracket that is not closed' : literal(place, true, found[0].length);
}

function open(rest: string, place: Place): string | undefined {
  const special = /^\((?:\?(?:P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?:|[imsU]+(?:-[imsU]+)?\)|-[imsU]+\)))?/.exec(rest);
  const text = special?.[0] ?? '(';
  if (text === '(' && rest[1] === '?') return 'has a group that RE2 does not know, such as a lookahead';
  // Flags alone are no group.
  if (!text.endsWith(')')) place.depth += 1;
  place.at += text.length;
  place.repeatable = false;
  place.repeated = false;
  return undefined;
}

function close(place: Place): string | undefined {
  if (place.depth === 0) return 'has a parenthesis that was not opened';
  place.depth -= 1;
  return literal(place, true);
}
