import { stat } from 'node:fs/promises';
import { type Io, UserError } from './io.ts';

/** What is to be explained, sorted: words of flags or details, and lines of a log. */
export interface DecodeInput {
  readonly words: readonly string[];
  readonly lines: readonly string[];
}

/** Flags or details, alone or several: `UF,URX`, `uh nr`, `no_healthy_upstream`. */
const WORDS = /^[A-Za-z][\w.]{0,63}(?:[\s,]+[A-Za-z][\w.]{0,63}){0,39}$/;
const MAX_BYTES = 1 << 20;
const MAX_LINES = 1_000;

/**
 * Reads what the arguments give, or stdin where there are none.
 * @throws UserError where there is nothing, or more than a person reads
 */
export async function readInput(given: readonly string[], io: Io): Promise<DecodeInput> {
  const texts = given.length === 0 || given.includes('-') ? [...given, await readStdin(io)] : given;
  const lines = texts
    .filter((text) => text !== '-')
    .flatMap((text) => text.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw new UserError('give a flag, as in meshladder decode UF, or a line of an access log');
  if (lines.length > MAX_LINES) throw tooMuch();
  return {
    words: lines.filter((line) => WORDS.test(line)).flatMap((line) => line.split(/[\s,]+/)),
    lines: lines.filter((line) => !WORDS.test(line)),
  };
}

/**
 * Whoever names a file wants to have it read, which is what `flags` is for.
 * @param isKnown whether a word is explained, whatever else has its name
 * @throws UserError where an argument is the path of something that is there
 */
export async function refuseFiles(given: readonly string[], isKnown: (word: string) => boolean): Promise<void> {
  for (const text of given) {
    if (text === '-' || isKnown(text) || !(await isFile(text))) continue;
    throw new UserError(
      `${text} is a file: meshladder flags ${text} counts what it holds; decode explains lines, as in tail -1 ${text} | meshladder decode`,
    );
  }
}

/** A line of a log is too long for a path, or holds what no path does. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function readStdin({ stdin }: Io): Promise<string> {
  if (stdin.isTTY === true) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooMuch();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooMuch(): UserError {
  return new UserError(`more than ${MAX_LINES} lines or 1 MiB: decode explains a few, meshladder flags counts many`);
}
