import type { Field } from './format-fields.ts';
import type { Command } from './format-template.ts';

/** Which characters a value may hold: `any`, or a flag for each ASCII code and one, the last, for all beyond. */
export type CharSet = 'any' | Uint8Array;

/** What is known of an operator's values. */
export interface Operator {
  readonly chars: CharSet;
  /**
   * Who decides what it says. `client`: also an upstream, or someone unknown; its value may imitate whatever follows.
   * `path`: a client may, but only one inside the mesh (Envoy strips `x-envoy-original-path` from outside requests).
   */
  readonly author: 'proxy' | 'path' | 'client';
  /** What of a RawRequest it tells, if anything. Lower ranks are asked first. */
  readonly tells?: { readonly field: Field; readonly rank: number };
}

const BEYOND_ASCII = 128;

const NUMBER = charSet(/[0-9.-]/);
const WORD = charSet(/[^\s"]/);
const NO_BLANKS = charSet(/\S/);
const NO_QUOTES = charSet(/[^"]/);
const NAME = charSet(/[A-Za-z0-9/._-]/);
const FLAGS = charSet(/[A-Za-z0-9_,-]/);
const CODE = charSet(/[0-9-]/);
const TIME = charSet(/[0-9TZ:.-]/);

const LOOSE: Operator = { chars: 'any', author: 'client' };

/** Operators whose values cannot hold a blank, or say in another way where they end; all others are loose text. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['RESPONSE_CODE', { chars: CODE, author: 'proxy', tells: { field: 'responseCode', rank: 0 } }],
  ['RESPONSE_FLAGS', { chars: FLAGS, author: 'proxy', tells: { field: 'flags', rank: 0 } }],
  ['RESPONSE_FLAGS_LONG', { chars: FLAGS, author: 'proxy', tells: { field: 'flags', rank: 1 } }],
  ['RESPONSE_CODE_DETAILS', { chars: NO_BLANKS, author: 'proxy', tells: { field: 'details', rank: 0 } }],
  [
    'CONNECTION_TERMINATION_DETAILS',
    { chars: NO_QUOTES, author: 'proxy', tells: { field: 'terminationDetails', rank: 0 } },
  ],
  [
    'UPSTREAM_TRANSPORT_FAILURE_REASON',
    { chars: NO_QUOTES, author: 'client', tells: { field: 'transportFailure', rank: 0 } },
  ],
  // UPSTREAM_CLUSTER prints the name for statistics, which the mesh may set to something else (`istio.md` §3.2).
  ['UPSTREAM_CLUSTER_RAW', { chars: WORD, author: 'proxy', tells: { field: 'upstreamCluster', rank: 0 } }],
  ['UPSTREAM_CLUSTER', { chars: WORD, author: 'proxy', tells: { field: 'upstreamCluster', rank: 1 } }],
  ['DOWNSTREAM_LOCAL_ADDRESS', { chars: WORD, author: 'proxy', tells: { field: 'downstreamLocalAddress', rank: 0 } }],
  ['ROUTE_NAME', { chars: WORD, author: 'proxy', tells: { field: 'route', rank: 0 } }],
  ['PROTOCOL', { chars: NAME, author: 'proxy' }],
  ['UPSTREAM_PROTOCOL', { chars: NAME, author: 'proxy' }],
  ['DOWNSTREAM_TLS_VERSION', { chars: NAME, author: 'proxy' }],
  ['DOWNSTREAM_TLS_CIPHER', { chars: NAME, author: 'proxy' }],
  ['UPSTREAM_TLS_VERSION', { chars: NAME, author: 'proxy' }],
  ['UPSTREAM_TLS_CIPHER', { chars: NAME, author: 'proxy' }],
  ['ACCESS_LOG_TYPE', { chars: NAME, author: 'proxy' }],
  ['UPSTREAM_HOST', { chars: WORD, author: 'proxy' }],
  ['HOSTNAME', { chars: WORD, author: 'proxy' }],
  ['FILTER_CHAIN_NAME', { chars: WORD, author: 'proxy' }],
  ['VIRTUAL_CLUSTER_NAME', { chars: WORD, author: 'proxy' }],
]);

const NUMBERS = /BYTES_(?:SENT|RECEIVED)$|DURATION$|_ATTEMPT_COUNT$|^(?:UPSTREAM_)?CONNECTION_ID$|_PORT$/;
const ADDRESSES = /_ADDRESS(?:_WITHOUT_PORT)?$/;
const TIMES = /^(?:START_TIME|EMIT_TIME)(?:_LOCAL)?$/;

/** What values a command may write. Commands unknown here may write anything. */
export function operatorOf({ name, argument }: Command): Operator {
  // RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES): an argument widens what it writes.
  const named = OPERATORS.get(name);
  if (named !== undefined) return argument === '' ? named : { ...named, chars: 'any' };
  if (name === 'REQ') return requestHeader(argument.toUpperCase());
  if (name === 'PATH') return argument === '' ? LOOSE : path(argument.toUpperCase());
  if (NUMBERS.test(name)) return { chars: NUMBER, author: 'proxy' };
  if (ADDRESSES.test(name)) return { chars: WORD, author: 'proxy' };
  if (TIMES.test(name)) return { chars: timeChars(argument), author: 'proxy' };
  return LOOSE;
}

/** `NAME` or `NAME?ALTERNATIVE`, in capitals. */
function requestHeader(argument: string): Operator {
  const names = argument.split('?');
  if (names.includes(':AUTHORITY')) {
    return { ...LOOSE, tells: { field: 'authority', rank: names.length - 1 } };
  }
  // Envoy's codecs refuse blanks in both; quotes may be in a path.
  if (names.every((name) => name === ':METHOD' || name === ':PATH')) return { chars: NO_BLANKS, author: 'proxy' };
  if (names.every((name) => name === 'X-ENVOY-ORIGINAL-PATH' || name === ':PATH')) {
    return { chars: 'any', author: 'path' };
  }
  return LOOSE;
}

/** `PATH(WITH_QUERY:ORIG_OR_PATH)`: the second word says which. */
function path(argument: string): Operator {
  return argument.endsWith(':PATH') ? { chars: NO_BLANKS, author: 'proxy' } : { chars: 'any', author: 'path' };
}

/** All that a time format may write: its own literals, digits, names, zones. */
function timeChars(format: string): CharSet {
  if (format === '') return TIME;
  const chars = charSet(/[A-Za-z0-9:+/. -]/);
  for (const char of format) chars[Math.min(char.charCodeAt(0), BEYOND_ASCII)] = 1;
  return chars;
}

function charSet(pattern: RegExp): Uint8Array {
  const chars = new Uint8Array(BEYOND_ASCII + 1);
  for (let code = 0; code < BEYOND_ASCII; code++) chars[code] = pattern.test(String.fromCharCode(code)) ? 1 : 0;
  chars[BEYOND_ASCII] = pattern.test('\u00e9') ? 1 : 0;
  return chars;
}

export function holds(chars: CharSet, code: number): boolean {
  return chars === 'any' || chars[Math.min(code, BEYOND_ASCII)] === 1;
}

/** Whether some character may be in values of both. */
export function overlap(a: CharSet, b: CharSet): boolean {
  for (let code = 0; code <= BEYOND_ASCII; code++) if (holds(a, code) && holds(b, code)) return true;
  return false;
}

/** Whether a value can hold a blank. */
export function mayHoldBlanks(chars: CharSet): boolean {
  return holds(chars, 32);
}
