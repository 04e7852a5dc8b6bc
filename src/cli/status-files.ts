import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { EpochSeconds } from '../model/brand.ts';
import type { Istiod, IstiodAnswer } from '../model/control-plane.ts';
import type { SourceError } from '../model/source-error.ts';
import { AskError } from '../sources/istiod/ask-error.ts';
import { readRecorded } from '../sources/istiod/recorded.ts';

/** Longest file taken. */
const LIMIT_BYTES = 1 << 30;

/**
 * Saved answers of `/debug/syncz`, each file as the istiod it came from: what is wrong with one leaves the others
 * readable. A file of several answers is several istiods.
 * @param files paths; `-` is stdin
 * @param at what the answers are taken to be true of
 */
export async function readStatusFiles(
  files: readonly string[],
  at: EpochSeconds,
  stdin: NodeJS.ReadableStream,
): Promise<readonly IstiodAnswer[]> {
  const names = namesOf(files);
  const istiods: IstiodAnswer[] = [];
  for (const [nth, file] of files.entries()) {
    const stream = file === '-' ? stdin : createReadStream(file);
    istiods.push(...(await readAnswers(stream as AsyncIterable<Buffer>, names[nth] ?? file, at)));
  }
  return istiods;
}

/** The last part of the path, unless two files share it. */
function namesOf(files: readonly string[]): readonly string[] {
  const names = files.map((file) => (file === '-' ? 'stdin' : basename(file)));
  return new Set(names).size === names.length ? names : files;
}

async function readAnswers(
  stream: AsyncIterable<Buffer>,
  name: string,
  at: EpochSeconds,
): Promise<readonly IstiodAnswer[]> {
  const polled = { access: 'http', polledAt: at } as const;
  try {
    const answers = await readRecorded(stream, LIMIT_BYTES);
    return answers.map((answer, nth) => ({
      ...polled,
      answeredAt: at,
      istiod: istiodNamed(answers.length === 1 ? name : `${name}#${nth + 1}`),
      proxies: answer.proxies,
      ...(answer.skippedRows === 0 ? {} : { skippedRows: answer.skippedRows }),
    }));
  } catch (error) {
    return [{ ...polled, istiod: istiodNamed(name), proxies: [], error: reasonOf(error) }];
  }
}

function istiodNamed(name: string): Istiod {
  return { name, namespace: '', revision: 'default' };
}

function reasonOf(error: unknown): SourceError {
  if (error instanceof AskError) return inOtherWords(error.reason);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return { code: 'not_found', detail: 'there is no such file' };
  return { code: 'invalid', detail: `cannot be read: ${code ?? message}` };
}

/** What is no list of rows is mostly the answer to another question, such as `istioctl proxy-status -o json`. */
function inOtherWords(reason: SourceError): SourceError {
  if (reason.code !== 'invalid') return reason;
  return { ...reason, detail: `${reason.detail}; what istiod answers to /debug/syncz is wanted` };
}
