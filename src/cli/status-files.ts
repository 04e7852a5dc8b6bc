import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { EpochSeconds } from '../model/brand.ts';
import type { Istiod, IstiodAnswer } from '../model/control-plane.ts';
import type { SourceError } from '../model/source-error.ts';
import { AskError } from '../sources/istiod/ask-error.ts';
import { readRecorded } from '../sources/istiod/recorded.ts';
import { unzipped } from './unzipped.ts';

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
    const source = { stream: stream as AsyncIterable<Buffer>, file, name: names[nth] ?? file };
    istiods.push(...(await readAnswers(source, at)));
  }
  return istiods;
}

/** The last part of the path, unless two files share it. */
function namesOf(files: readonly string[]): readonly string[] {
  const names = files.map((file) => (file === '-' ? 'stdin' : basename(file)));
  return new Set(names).size === names.length ? names : files;
}

interface Saved {
  readonly stream: AsyncIterable<Buffer>;
  readonly file: string;
  /** In the table. */
  readonly name: string;
}

async function readAnswers({ stream, file, name }: Saved, at: EpochSeconds): Promise<readonly IstiodAnswer[]> {
  const polled = { access: 'http', polledAt: at } as const;
  try {
    const answers = await readRecorded(unzipped(stream), LIMIT_BYTES);
    return answers.map((answer, nth) => ({
      ...polled,
      answeredAt: at,
      istiod: istiodNamed(answers.length === 1 ? name : `${name}#${nth + 1}`),
      proxies: answer.proxies,
      ...(answer.skippedRows === 0 ? {} : { skippedRows: answer.skippedRows }),
    }));
  } catch (error) {
    // Whoever has to mend it looks for the file as they named it.
    const named = istiodNamed(file === '-' ? name : file);
    return [{ ...polled, istiod: named, proxies: [], error: fileError(error) }];
  }
}

function istiodNamed(name: string): Istiod {
  return { name, namespace: '', revision: 'default' };
}

function fileError(error: unknown): SourceError {
  if (error instanceof AskError) return inOtherWords(error.reason);
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return { code: 'not_found', detail: 'there is no such file' };
  if (code === 'EISDIR') return { code: 'invalid', detail: 'is a folder; name the files in it, as in FOLDER/*.json' };
  if (code.startsWith('Z_')) return { code: 'invalid', detail: 'the compressed data is damaged or cut off' };
  return { code: 'invalid', detail: `cannot be read: ${code === '' ? message : code}` };
}

/** What is no list of rows is mostly the answer to another question. */
function inOtherWords(reason: SourceError): SourceError {
  if (reason.code !== 'invalid') return reason;
  const detail = ISTIOCTL.test(reason.detail) ? WHAT_ISTIOCTL_PRINTS : `${reason.detail}; ${WANTED}`;
  return { ...reason, detail };
}

/** How `istioctl proxy-status -o json` begins. */
const ISTIOCTL = /it starts with "\{(?:\\n| )*\\"(?:versionInfo|resources|typeUrl)/;
const WANTED = 'what istiod answers to /debug/syncz is wanted';
const WHAT_ISTIOCTL_PRINTS = `this is what istioctl proxy-status -o json prints; ${WANTED}: kubectl -n istio-system port-forward pod/istiod-… 15014, then curl -s http://127.0.0.1:15014/debug/syncz`;
