import { readFile, stat } from 'node:fs/promises';
import type { ClusterObjects } from '../model/cluster.ts';
import { systemClock } from '../runtime/clock.ts';
import type { ObjectFile } from '../sources/kubernetes/object-files.ts';
import { type Io, UserError } from './io.ts';

/** More than any cluster's objects of these kinds. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * The cluster that files of YAML or JSON describe: they are the whole world.
 * @param files paths; `-` is stdin
 * @param namespace of objects that name none
 * @throws UserError for a file or an object that cannot be read: half a world would give wrong answers
 */
export async function clusterOfFiles(files: readonly string[], namespace: string, io: Io): Promise<ClusterObjects> {
  const { readObjects } = await import('../sources/kubernetes/object-files.ts');
  const { clusterOfFiles: gather } = await import('../sources/kubernetes/files-cluster.ts');
  const { objects, problems } = readObjects(await readTexts(files, io));
  const { cluster, problems: unreadable } = gather(objects, { namespace, at: systemClock.now() });
  refuse([...problems, ...unreadable]);
  return cluster;
}

/** @throws UserError that tells the first of the problems, if there are any */
export function refuse(problems: readonly string[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  throw new UserError(others.length === 0 ? first : `${first} (and ${others.length} more such problems)`);
}

/**
 * Reads files whole, each under its name.
 * @param files paths; `-` is stdin
 * @throws UserError for a file that cannot be read
 */
export function readTexts(files: readonly string[], io: Io): Promise<readonly ObjectFile[]> {
  if (files.filter((file) => file === '-').length > 1) throw new UserError('-: stdin can be read once only');
  return Promise.all(files.map(async (file) => ({ name: file, text: await readText(file, io) })));
}

async function readText(file: string, { stdin }: Io): Promise<string> {
  if (file === '-') return readStdin(stdin as AsyncIterable<Buffer>);
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw tooLarge(file);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new UserError(`${file}: ${PROBLEMS[code] ?? `cannot be read (${code})`}`, { cause: error });
  }
}

async function readStdin(stdin: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge('stdin');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

function tooLarge(what: string): UserError {
  return new UserError(`${what} is larger than ${MAX_BYTES / 1024 ** 2} MiB: give fewer objects at a time`);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder; name the files in it, as in FOLDER/*.yaml',
  EACCES: 'may not be read by this user',
};
