import { createReadStream } from 'node:fs';
import type { EnvoyConfig, EnvoyDump } from '../model/envoy-config.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../sources/envoy/read-answer.ts';
import { type Io, UserError } from './io.ts';

/** Where what is known of an Envoy comes from. */
export type DumpOrigin =
  /** Saved answers, read together; `-` is stdin. With a pod, they must be that pod's. */
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly pod: PodName | undefined }
  /** The Envoy itself. */
  | { readonly kind: 'pod'; readonly pod: PodName };

/** `POD.NAMESPACE`, taken apart. */
export interface PodName {
  readonly pod: string;
  readonly namespace: string;
}

/** Longest answer taken: a mesh of 10,000 services makes dumps of some 50 MiB. */
export const LIMIT_BYTES: number = 128 * 1024 * 1024;

/**
 * What the commands that look into an Envoy are given, wherever it comes from.
 * @throws UserError where it cannot be read
 */
export async function readDump(origin: DumpOrigin, io: Io): Promise<EnvoyDump> {
  if (origin.kind === 'pod') throw new UserError(needsFile(origin.pod));
  const { files, pod } = origin;
  if (files.filter((file) => file === '-').length > 1) throw new UserError('-f -: stdin can be read once');
  let dump: EnvoyDump = {};
  for (const file of files) dump = join(dump, await readFile(file, io), file);
  if (pod !== undefined) checkPod(dump.config, pod);
  return dump;
}

function needsFile({ pod, namespace }: PodName): string {
  const name = `${pod}.${namespace}`;
  return `${name}: give its dump as a file. To get one:
  istioctl proxy-config all ${name} -o json > ${name}.json
or, endpoints included:
  kubectl -n ${namespace} exec ${pod} -c istio-proxy -- pilot-agent request GET 'config_dump?include_eds' > ${name}.json`;
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

/** @throws UserError where it is not `POD.NAMESPACE` */
export function readPodName(text: string): PodName {
  // A pod's name may hold dots; a namespace's may not.
  const dot = text.lastIndexOf('.');
  const [pod, namespace] = [text.slice(0, dot), text.slice(dot + 1)];
  const sound = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
  if (dot < 1 || !sound.test(pod) || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UserError(`${text}: not a pod; write it as POD.NAMESPACE`);
  }
  return { pod, namespace };
}

/**
 * Where a command line says to look.
 * @throws UserError where it says nothing
 */
export function originOf(pod: string | undefined, files: readonly string[]): DumpOrigin {
  const name = pod === undefined ? undefined : readPodName(pod);
  if (files.length > 0) return { kind: 'files', files, pod: name };
  if (name !== undefined) return { kind: 'pod', pod: name };
  throw new UserError('give a config dump with -f, as in -f config_dump.json; - is stdin');
}

/** For options that may be given several times. */
export function collectFiles(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}
