import { namesHost, type RawRequest, UNSET } from '../raw-request.ts';
import type { NewKey } from './wasm-module.ts';

/**
 * Reads what a key of the compiled scanner says. Whether a line is an access line depends on its form, which the compiled
 * scanner has checked, and on its head: code, flags and why it ended. So a head that the reference scanner has read once
 * is known, and a line with another cluster or route behind it need not be read again.
 */
export interface KeyReader {
  /** Undefined as long as the reference scanner has not read a line with this head. */
  read(key: NewKey): RawRequest | undefined;
  /** What the reference scanner read in the first line of this key. */
  learn(key: NewKey, raw: RawRequest): void;
}

type Head = Pick<RawRequest, 'responseCode' | 'flags' | 'details' | 'terminationDetails' | 'transportFailure'>;

/** Heads are few, but for texts of transport failures; beyond so many all are forgotten. */
const MAX_HEADS = 4096;
/** How the compiled scanner begins a key of a line of text. */
const TEXT = 't'.charCodeAt(0);

/**
 * @param intern gives equal texts as one string
 * @param withUpstreamHosts tails begin with the upstream host
 */
export function createKeyReader(intern: (text: string) => string, withUpstreamHosts = false): KeyReader {
  const joined = withUpstreamHosts ? joinedWithHost : joinedFields;
  /** `false`: here we would read something else than the reference scanner, so it is asked each time. */
  const heads = new Map<string, Head | false>();
  return {
    read: (key) => {
      const head = heads.get(key.head);
      return head === undefined || head === false ? undefined : joined(head, key, intern);
    },
    learn: (key, raw) => {
      if (heads.size >= MAX_HEADS) heads.clear();
      heads.set(key.head, areSame(joined(raw, key, intern), raw) ? raw : false);
    },
  };
}

function joinedWithHost(known: Head, { head, tail }: NewKey, intern: (text: string) => string): RawRequest {
  const hostEnd = tail.indexOf('\n', 1);
  const raw = joinedFields(known, { head, tail: tail.slice(hostEnd) }, intern);
  return { ...raw, upstreamHost: intern(readerOf(head)(tail.slice(1, hostEnd))) };
}

function joinedFields(known: Head, { head, tail }: NewKey, intern: (text: string) => string): RawRequest {
  const [, cluster = '', route = '', authority = '', local = ''] = tail.split('\n');
  const read = readerOf(head);
  const upstreamCluster = intern(read(cluster));
  return {
    responseCode: known.responseCode,
    flags: known.flags,
    details: known.details,
    terminationDetails: known.terminationDetails,
    transportFailure: known.transportFailure,
    authority: namesHost(upstreamCluster) ? UNSET : intern(read(authority)),
    upstreamCluster,
    downstreamLocalAddress: upstreamCluster === UNSET ? intern(read(local)) : UNSET,
    route: intern(read(route)),
  };
}

function readerOf(head: string): (text: string) => string {
  return head.charCodeAt(0) === TEXT ? word : jsonValue;
}

/** As text has it: an authority with blanks in it is none. */
function word(text: string): string {
  return text === '' || text.includes(' ') ? UNSET : text;
}

/** As JSON has it: a string in its quotes, null, a number, or nothing. */
function jsonValue(text: string): string {
  if (text === '' || text === 'null') return UNSET;
  return text.startsWith('"') ? text.slice(1, -1) || UNSET : text;
}

function areSame(one: RawRequest, other: RawRequest): boolean {
  return (Object.keys(one) as (keyof RawRequest)[]).every((field) => one[field] === other[field]);
}
