import { accessLine, UNSET } from '../access-line.ts';
import type { RawRequest } from '../raw-request.ts';
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
const TEXT = 't';

/** @param intern gives equal raw requests equal strings */
export function createKeyReader(intern: (raw: RawRequest) => RawRequest): KeyReader {
  /** `false`: here we would read something else than the reference scanner, so it is asked each time. */
  const heads = new Map<string, Head | false>();
  return {
    read: ({ head, tail }) => {
      const known = heads.get(head);
      const raw = known === undefined || known === false ? undefined : joined(known, head, tail);
      return raw === undefined ? undefined : intern(raw);
    },
    learn: ({ head, tail }, raw) => {
      if (heads.size >= MAX_HEADS) heads.clear();
      const { responseCode, flags, details, terminationDetails, transportFailure } = raw;
      const fields = { responseCode, flags, details, terminationDetails, transportFailure };
      const read = joined(fields, head, tail);
      heads.set(head, read !== undefined && areSame(read, raw) ? fields : false);
    },
  };
}

function joined(fields: Head, head: string, tail: string): RawRequest | undefined {
  const [, cluster = '', route = '', authority = '', local = ''] = tail.split('\n');
  const read = head.startsWith(TEXT) ? word : jsonValue;
  return accessLine(
    {
      ...fields,
      upstreamCluster: read(cluster),
      route: read(route),
      authority: read(authority),
      downstreamLocalAddress: read(local),
    },
    undefined,
  )?.raw;
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
