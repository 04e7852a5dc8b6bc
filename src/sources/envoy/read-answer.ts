import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { EnvoyDump } from '../../model/envoy-config.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeLoggers, isLoggerList } from './decode-loggers.ts';
import { EnvoyAnswerError, invalidAnswer } from './envoy-answer-error.ts';
import { measureJson } from './json-extent.ts';

/** Protobuf's own JSON parser stops at a depth of 100; a dump of 50 MiB has some two million values. */
const MAX_EXTENT = { depth: 256, values: 12_000_000 };
/** Whoever takes little has little memory: what is denser than any dump, such as empty objects alone, takes fifty times its size. */
const LEAST_BYTES_PER_VALUE = 12;
const ALWAYS_VALUES = 100_000;
const inflate = promisify(gunzip);

/** An answer as it comes in, or as it came. */
type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Reads one answer of Envoy's admin port, or of istiod's `/debug/config_dump`: a config dump, `/clusters?format=json`,
 * `/logging`, or what `istioctl proxy-config … -o json` prints; also compressed by gzip. Which it is shows in the text.
 * @throws EnvoyAnswerError where it is none of them, too large, or not whole
 */
export async function readEnvoyAnswer(chunks: Chunks, limitBytes: number): Promise<EnvoyDump> {
  const bytes = await unpack(await collect(chunks, limitBytes), limitBytes);
  const start = startOf(bytes);
  if (start < 0) return readText(bytes);
  const json = bytes.subarray(start);
  const most = extentFor(limitBytes);
  const { depth, values } = measureJson(json, most);
  if (depth > most.depth) throw invalidAnswer(`it nests deeper than ${most.depth} levels`);
  if (values > most.values) throw invalidAnswer(`it holds more than ${most.values} values`);
  return decodeAnswer(parse(json));
}

function extentFor(limitBytes: number): typeof MAX_EXTENT {
  const values = Math.max(ALWAYS_VALUES, Math.floor(limitBytes / LEAST_BYTES_PER_VALUE));
  return { ...MAX_EXTENT, values: Math.min(MAX_EXTENT.values, values) };
}

async function collect(chunks: Chunks, limitBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(limitBytes);
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

async function unpack(bytes: Buffer, limitBytes: number): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limitBytes);
    throw invalidAnswer('it begins like a gzip file and is not a whole one');
  }
}

function tooLarge(limitBytes: number): EnvoyAnswerError {
  const detail = `longer than ${Math.round(limitBytes / (1 << 20))} MiB; ask for a part of it, as by config_dump?mask=dynamic_route_configs`;
  return new EnvoyAnswerError({ code: 'too_large', limitBytes, detail });
}

/** A line that istioctl may log before its answer begins with a time. */
const LOG_LINE = /^\d{4}-\d\d-\d\dT[^\n]*\n/;

/** Where the JSON begins; -1 where the text is none. */
function startOf(bytes: Buffer): number {
  let head = bytes.toString('latin1', 0, 1 << 16);
  let start = 0;
  const skip = (pattern: RegExp): boolean => {
    const found = pattern.exec(head)?.[0] ?? '';
    head = head.slice(found.length);
    start += found.length;
    return found !== '';
  };
  skip(/^\xef\xbb\xbf/);
  do skip(/^\s+/);
  while (skip(LOG_LINE));
  return head.startsWith('{') || head.startsWith('[') ? start : -1;
}

function readText(bytes: Buffer): EnvoyDump {
  const text = bytes.toString('utf8');
  if (isLoggerList(text)) return { loggers: decodeLoggers(text) };
  if (text.trim() === '') throw new EnvoyAnswerError({ code: 'truncated', detail: 'it is empty' });
  throw invalidAnswer(`not JSON: it begins with ${show(text)}`);
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'));
  } catch (error) {
    throw invalidAnswer(isCut(json) ? 'the JSON is cut off before its end' : `not valid JSON${placeOf(error)}`);
  }
}

function isCut(json: Buffer): boolean {
  return !['}', ']'].includes(
    json
      .toString('latin1', Math.max(0, json.length - 4096))
      .trim()
      .slice(-1),
  );
}

/** V8 says where, and quotes what stands there: only the place is told. */
function placeOf(error: unknown): string {
  const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
  return position === undefined ? '' : ` (at byte ${position})`;
}

/** The first characters of a text that is not ours, safe to print. */
function show(text: string): string {
  return JSON.stringify(text.trim().slice(0, 60).toWellFormed());
}
