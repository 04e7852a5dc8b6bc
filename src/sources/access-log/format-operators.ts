import { findResponseFlag } from '../../model/response-flag.ts';
import { type CharSet, charSet, withChars } from './char-set.ts';
import type { Field } from './format-fields.ts';
import type { Command } from './format-template.ts';

/** What is known of an operator's values. */
export interface Operator {
  /** All that they may hold. `any` where a client, an upstream or someone unknown decides: they may imitate all else. */
  readonly chars: CharSet;
  /** A short value and a long one, as they are on most days. */
  readonly everyday: readonly [string, string];
  readonly tells?: Teller;
}

/** What of a request an operator tells. */
export interface Teller {
  readonly field: Field;
  /** Of several operators that tell a field, the lowest is asked first. */
  readonly rank: number;
  /** Brings its values into the form of the default formats. */
  readonly read?: (value: string) => string;
}

const FLAGS = charSet(/[A-Za-z0-9_,-]/);
const CODE = charSet(/[0-9-]/);
const NUMBER = charSet(/[0-9.-]/);
const NAME = charSet(/[A-Za-z0-9/._-]/);
const WORD = charSet(/[^\s"]/);
const NO_BLANKS = charSet(/\S/);
const NO_QUOTES = charSet(/[^"]/);
const TIME = charSet(/[0-9TZ:.-]/);
/** All that the letters of a time format may stand for: digits, names, zones. */
const TIME_WORDS = charSet(/[A-Za-z0-9:+/. -]/);

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0, 2';
const LOOSE: Operator = { chars: 'any', everyday: ['-', BROWSER] };
/** Envoy writes the path that `x-envoy-original-path` names, and only an edge proxy takes that header from a request. */
const PATH: Operator = { chars: 'any', everyday: ['/', '/cart/7?size=1,2&q=a%20b'] };
const OWN_PATH: Operator = { ...PATH, chars: NO_BLANKS };

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['RESPONSE_CODE', { chars: CODE, everyday: ['0', '503'], tells: { field: 'responseCode', rank: 0 } }],
  ['RESPONSE_FLAGS', { chars: FLAGS, everyday: ['-', 'UF,URX'], tells: { field: 'flags', rank: 0 } }],
  [
    'RESPONSE_FLAGS_LONG',
    {
      chars: FLAGS,
      everyday: ['-', 'UpstreamConnectionFailure,NoRouteFound'],
      tells: { field: 'flags', rank: 1, read: shortFlags },
    },
  ],
  [
    'RESPONSE_CODE_DETAILS',
    { chars: NO_BLANKS, everyday: ['-', 'via_upstream'], tells: { field: 'details', rank: 0, read: withoutBlanks } },
  ],
  [
    'CONNECTION_TERMINATION_DETAILS',
    {
      chars: NO_QUOTES,
      everyday: ['-', 'rbac_access_denied_matched_policy[none]'],
      tells: { field: 'terminationDetails', rank: 0 },
    },
  ],
  [
    'UPSTREAM_TRANSPORT_FAILURE_REASON',
    { chars: 'any', everyday: ['-', 'delayed connect error: 111'], tells: { field: 'transportFailure', rank: 0 } },
  ],
  // UPSTREAM_CLUSTER prints the name for statistics, which the mesh may set to something else (alt_stat_name).
  ['UPSTREAM_CLUSTER_RAW', cluster(0)],
  ['UPSTREAM_CLUSTER', cluster(1)],
  [
    'DOWNSTREAM_LOCAL_ADDRESS',
    { chars: WORD, everyday: ['-', '10.96.0.12:8080'], tells: { field: 'downstreamLocalAddress', rank: 0 } },
  ],
  ['ROUTE_NAME', { chars: WORD, everyday: ['-', 'default'], tells: { field: 'route', rank: 0 } }],
  ['PROTOCOL', { chars: NAME, everyday: ['-', 'HTTP/1.1'] }],
  ['UPSTREAM_PROTOCOL', { chars: NAME, everyday: ['-', 'HTTP/1.1'] }],
  ['ACCESS_LOG_TYPE', { chars: NAME, everyday: ['NotSet', 'DownstreamEnd'] }],
  ['UPSTREAM_HOST', { chars: WORD, everyday: ['-', '10.1.0.9:8080'], tells: { field: 'upstreamHost', rank: 0 } }],
  ['HOSTNAME', { chars: WORD, everyday: ['-', 'cart-v1-5c7d8e9f6b-qw4rt'] }],
  ['FILTER_CHAIN_NAME', { chars: WORD, everyday: ['-', '0.0.0.0_8080'] }],
  ['VIRTUAL_CLUSTER_NAME', { chars: WORD, everyday: ['-', 'other'] }],
]);

/** Operators told by the form of their names; the first that fits decides. */
const FAMILIES: readonly (readonly [RegExp, Operator])[] = [
  [
    /BYTES_(?:SENT|RECEIVED)$|DURATION$|_ATTEMPT_COUNT$|^(?:UPSTREAM_)?CONNECTION_ID$|_PORT$/,
    { chars: NUMBER, everyday: ['-', '152'] },
  ],
  [/_ADDRESS(?:_WITHOUT_PORT)?$/, { chars: WORD, everyday: ['-', '10.1.0.7:52344'] }],
  [/_TLS_(?:VERSION|CIPHER)$/, { chars: NAME, everyday: ['-', 'TLSv1.3'] }],
];
const TIMES = /^(?:START_TIME|EMIT_TIME)(?:_LOCAL)?$/;

/** What values a command may write. Commands unknown here may write anything. */
export function operatorOf({ name, argument }: Command): Operator {
  const named = OPERATORS.get(name);
  // RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES): an argument widens what it writes.
  if (named !== undefined) return argument === '' ? named : { ...named, chars: 'any' };
  return (
    headerOf(name, argument.toUpperCase()) ??
    (TIMES.test(name) ? time(argument) : FAMILIES.find(([names]) => names.test(name))?.[1]) ??
    LOOSE
  );
}

function headerOf(name: string, argument: string): Operator | undefined {
  if (name === 'PATH') return argument.endsWith(':PATH') ? OWN_PATH : PATH;
  if (/^REQ(?:UEST_HEADER|_WITHOUT_QUERY)?$/.test(name)) return requestHeader(argument);
  const isServiceTime = /^RESP(?:ONSE_HEADER)?$/.test(name) && argument === 'X-ENVOY-UPSTREAM-SERVICE-TIME';
  return isServiceTime ? { ...LOOSE, everyday: ['-', '31'] } : undefined;
}

/** `NAME` or `NAME?ALTERNATIVE`. */
function requestHeader(argument: string): Operator {
  const names = argument.split('?');
  if (names.includes(':AUTHORITY')) {
    return { chars: 'any', everyday: ['-', 'cart.shop:8080'], tells: { field: 'authority', rank: names.length - 1 } };
  }
  // Envoy's codecs refuse blanks in both; quotes may be in a path.
  if (names.every((name) => name === ':METHOD')) return { chars: NO_BLANKS, everyday: ['-', 'GET'] };
  if (names.every((name) => name === ':PATH')) return OWN_PATH;
  return names.includes(':PATH') ? PATH : LOOSE;
}

function cluster(rank: number): Operator {
  return {
    chars: WORD,
    everyday: ['-', 'outbound|8080|v1|cart.shop.svc.cluster.local'],
    tells: { field: 'upstreamCluster', rank },
  };
}

function time(format: string): Operator {
  if (format === '') return { chars: TIME, everyday: ['2026-08-01T09:14:03.512Z', '2026-08-01T09:14:03.512Z'] };
  const written = format.replaceAll(/%\d*[A-Za-z]/g, '09');
  return { chars: withChars(TIME_WORDS, format), everyday: [written, written] };
}

function shortFlags(value: string): string {
  const words = value.split(',').map((word) => findResponseFlag(word)?.name ?? word);
  return words.join(',');
}

function withoutBlanks(value: string): string {
  return value.replaceAll(/\s/g, '_');
}
