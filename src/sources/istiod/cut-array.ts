import { invalid, truncated } from './ask-error.ts';
import { createElementEnd } from './element-end.ts';

/** What a cutter hands out, in the order of the text. */
export interface CutHandlers {
  /** One element of the array, parsed. */
  element(value: unknown): void;
  /** An element longer than `maxElementBytes`, passed over. */
  oversized(): void;
  /** The end of an array. Where it is given, further arrays may follow; else they are an error. */
  document?(): void;
}

export interface CutOptions {
  readonly maxElementBytes: number;
  /** `in_object`: the first array inside a top-level object; what stands around it is not looked at. */
  readonly place?: 'top' | 'in_object';
}

/** Takes a text piece by piece, cut anywhere, also inside a character. */
export interface ArrayCutter {
  /** @throws AskError `invalid` where the text is not a JSON array */
  push(chunk: Uint8Array): void;
  /** To be called after the last piece. @throws AskError `truncated` where the array did not end */
  end(): void;
}

const LEFT_BRACKET = '['.charCodeAt(0);
const RIGHT_BRACKET = ']'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);

type State = 'before' | 'first' | 'next' | 'inside' | 'done';
/** Reads on from a byte; returns the next state and the next byte. */
type Step = (state: State, chunk: Uint8Array, at: number) => readonly [State, number];

/**
 * Cuts a JSON array into its elements on bytes while it arrives, so that neither its text nor its tree is ever held as
 * a whole: an istiod with 10,000 proxies answers 18 MB. Each element is parsed by `JSON.parse`, so what is wrong
 * inside one is found there.
 */
export function createArrayCutter(handlers: CutHandlers, options: CutOptions): ArrayCutter {
  const inside = stepInside(handlers, options.maxElementBytes);
  const outside = options.place === 'in_object' ? stepAround : stepOutside(handlers.document !== undefined);
  const steps: Record<State, Step> = { before: outside, first: stepBetween, next: stepBetween, inside, done: outside };
  let state: State = 'before';
  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        const from = state;
        [state, at] = steps[from](from, chunk, at);
        if (state === 'done' && from !== 'done') handlers.document?.();
      }
    },
    end() {
      if (state === 'before') throw truncated('the answer is empty');
      if (state !== 'done') throw truncated('the JSON ends before its array does');
    },
  };
}

function stepInside(handlers: CutHandlers, maxElementBytes: number): Step {
  const elementEnd = createElementEnd();
  const carry = createCarry(maxElementBytes);
  return (state, chunk, from) => {
    const end = elementEnd.find(chunk, from);
    if (end === chunk.length) {
      carry.add(chunk, from);
      return [state, end];
    }
    const text = carry.take(chunk, from, end);
    if (text === undefined) handlers.oversized();
    else handlers.element(parse(text));
    return [chunk[end] === RIGHT_BRACKET ? 'done' : 'next', end + 1];
  };
}

/** Before the array, and after it. */
function stepOutside(mayFollow: boolean): Step {
  return (state, chunk, at) => {
    if (isSpace(chunk[at])) return [state, at + 1];
    if (state === 'done' && !mayFollow) throw invalid('there is more text after the JSON array');
    if (chunk[at] !== LEFT_BRACKET) throw invalid(`not a JSON array: it starts with ${show(chunk, at)}`);
    return ['first', at + 1];
  };
}

const stepAround: Step = (state, chunk, at) => [
  state === 'before' && chunk[at] === LEFT_BRACKET ? 'first' : state,
  at + 1,
];

/** Before an element, where white space may stand. */
const stepBetween: Step = (state, chunk, at) => {
  const byte = chunk[at];
  if (isSpace(byte)) return [state, at + 1];
  if (byte === RIGHT_BRACKET && state === 'first') return ['done', at + 1];
  if (byte === COMMA || byte === RIGHT_BRACKET) throw invalid('the JSON array lacks an element');
  return ['inside', at];
};

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The first characters of a text that is not ours, safe to print. */
function show(chunk: Uint8Array, from: number): string {
  return JSON.stringify(Buffer.from(chunk.subarray(from, from + 24)).toString('latin1'));
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    throw invalid('an element of the JSON array is not valid JSON');
  }
}

/** The part of an element that came in earlier chunks, up to a bound. */
interface Carry {
  add(chunk: Uint8Array, from: number): void;
  /** The whole element's bytes, or nothing where it grew too long; makes room for the next. */
  take(chunk: Uint8Array, from: number, to: number): Buffer | undefined;
}

function createCarry(maxBytes: number): Carry {
  let pieces: Buffer[] = [];
  let length = 0;
  return {
    add(chunk, from) {
      length += chunk.length - from;
      if (length > maxBytes) pieces = [];
      else pieces.push(Buffer.copyBytesFrom(chunk, from));
    },
    take(chunk, from, to) {
      const last = Buffer.from(chunk.buffer, chunk.byteOffset + from, to - from);
      const tooLong = length + last.length > maxBytes;
      const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      pieces = [];
      length = 0;
      return tooLong ? undefined : whole;
    },
  };
}
