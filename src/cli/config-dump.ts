import { createReadStream } from 'node:fs';
import type { EnvoyConfig, EnvoyDump } from '../model/envoy-config.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../sources/envoy/read-answer.ts';
import { type AskedPod, type PodName, readAskedPod, readPodName } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';
import { type LiveFlags, type LiveOrigin, readLiveOrigin } from './kube-session.ts';

/** Where what is known of an Envoy comes from. */
export type DumpOrigin =
  /** Saved answers, read together; `-` is stdin. With a pod, they must be that pod's. */
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly pod: PodName | undefined }
  /** What it had answered when a bug report was made. */
  | { readonly kind: 'bundle'; readonly bundle: string; readonly asked: AskedPod }
  /** The Envoy itself. */
  | { readonly kind: 'pod'; readonly asked: AskedPod; readonly live: LiveOrigin };

/** Longest answer taken: a mesh of 10,000 services makes dumps of some 50 MiB. */
export const LIMIT_BYTES: number = 128 * 1024 * 1024;

/**
 * What the commands that look into an Envoy are given, wherever it comes from.
 * @param parts what of a running Envoy is asked for; files may hold more
 * @throws UserError where it cannot be read
 */
export async function readDump(origin: DumpOrigin, parts: readonly EnvoyPart[], io: Io): Promise<EnvoyDump> {
  if (origin.kind === 'pod') {
    const { readLiveDump } = await import('./config-live.ts');
    return (await readLiveDump(origin.asked, origin.live, parts, io)).dump;
  }
  if (origin.kind === 'bundle') {
    const { readBundleEnvoy } = await import('./bundle-envoy.ts');
    return readBundleEnvoy(origin.bundle, origin.asked, io);
  }
  const { files, pod } = origin;
  if (files.filter((file) => file === '-').length > 1) throw new UserError('-f -: stdin can be read once');
  let dump: EnvoyDump = {};
  for (const file of files) dump = join(dump, await readFile(file, io), file);
  if (pod !== undefined) checkPod(dump.config, pod);
  return dump;
}

/** @throws UserError where a file cannot be read, or is no answer of Envoy's */
async function readFile(file: string, { stdin }: Io): Promise<EnvoyDump> {
  const stream = file === '-' ? stdin : createReadStream(file);
  try {
    return await readEnvoyAnswer(stream as AsyncIterable<Buffer>, LIMIT_BYTES);
  } catch (error) {
    if (error instanceof EnvoyAnswerError) throw new UserError(`${nameOf(file)}: ${error.message}`, { cause: error });
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${code ?? message}`;
    throw new UserError(`${nameOf(file)}: ${what}`, { cause: error });
  }
}

export function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

/** Two answers of one kind would be two Envoys. */
function join(dump: EnvoyDump, more: EnvoyDump, file: string): EnvoyDump {
  const [twice] = Object.keys(more).filter((key) => Object.hasOwn(dump, key));
  if (twice !== undefined)
    throw new UserError(`${nameOf(file)}: a second ${KINDS[twice] ?? twice}; give one Envoy's answers`);
  return { ...dump, ...more };
}

const KINDS: Readonly<Record<string, string>> = {
  config: 'config dump',
  statuses: 'answer of /clusters',
  loggers: 'answer of /logging',
};

function checkPod(config: EnvoyConfig | undefined, { pod, namespace }: PodName): void {
  const node = config?.bootstrap?.node;
  if (node === undefined || node.pod === '' || (node.pod === pod && node.namespace === namespace)) return;
  throw new UserError(`the dump is ${node.pod}.${node.namespace}'s, not ${pod}.${namespace}'s`);
}

/** Where to look, as commander gives it. */
export interface OriginFlags extends LiveFlags {
  readonly bundle?: string;
}

/**
 * Where a command line says to look.
 * @throws UserError where it says nothing
 */
export function originOf(pod: string | undefined, files: readonly string[], flags: OriginFlags): DumpOrigin {
  const { namespace, bundle } = flags;
  if (bundle !== undefined && files.length > 0) throw new UserError('-f and --bundle: give one of them');
  if (bundle !== undefined) {
    if (pod === undefined) throw new UserError('--bundle: whose? Give POD.NAMESPACE of a proxy in it');
    return { kind: 'bundle', bundle, asked: readAskedPod(pod, namespace) };
  }
  if (files.length > 0)
    return { kind: 'files', files, pod: pod === undefined ? undefined : readPodName(pod, namespace) };
  if (pod !== undefined) return { kind: 'pod', asked: readAskedPod(pod, namespace), live: readLiveOrigin(flags) };
  throw new UserError('whose? Give POD.NAMESPACE of a running proxy, or a config dump with -f; - is stdin');
}

/** For options that may be given several times. */
export function collectFiles(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}
