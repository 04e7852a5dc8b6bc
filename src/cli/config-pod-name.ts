import { type PodOwner, podOwnerOf } from '../model/pod-owner.ts';
import { UserError } from './io.ts';

/** `POD.NAMESPACE`, taken apart. */
export interface PodName {
  readonly pod: string;
  readonly namespace: string;
}

/** A pod by its name, or any pod of what runs it. */
export interface AskedPod {
  readonly of: PodOwner;
  readonly name: string;
  readonly namespace: string;
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads `POD.NAMESPACE`, `deploy/NAME.NAMESPACE` and the like, and with a namespace the same without it.
 * @throws UserError where it is none of them
 */
export function readAskedPod(text: string, namespace?: string): AskedPod {
  const slash = text.indexOf('/');
  const of = slash < 0 ? 'pods' : ownerOf(text.slice(0, slash), text);
  const { pod: name, namespace: found } = split(text.slice(slash + 1), namespace);
  if (!NAME.test(name) || !NAMESPACE.test(found)) throw notPod(text);
  return { of, name, namespace: found };
}

/** @throws UserError where it is no namespace's name */
export function readNamespace(text: string): string {
  if (!NAMESPACE.test(text)) throw new UserError(`-n ${text}: not a namespace`);
  return text;
}

/** @throws UserError where it is not `POD.NAMESPACE` */
export function readPodName(text: string, namespace?: string): PodName {
  const { of, name, namespace: found } = readAskedPod(text, namespace);
  if (of !== 'pods') throw new UserError(`${text}: a file is one pod's; write that as POD.NAMESPACE`);
  return { pod: name, namespace: found };
}

function ownerOf(word: string, text: string): PodOwner {
  const owner = podOwnerOf(word);
  if (owner === undefined) throw new UserError(`${text}: ${word} runs no pods; give pod, deploy, sts, ds or rs`);
  return owner;
}

/** A pod's name may hold dots; a namespace's may not. */
function split(text: string, namespace: string | undefined): PodName {
  if (namespace !== undefined) {
    const ending = `.${namespace}`;
    return { namespace, pod: text.endsWith(ending) ? text.slice(0, -ending.length) : text };
  }
  const dot = text.lastIndexOf('.');
  if (dot < 1) throw notPod(text);
  return { pod: text.slice(0, dot), namespace: text.slice(dot + 1) };
}

function notPod(text: string): UserError {
  return new UserError(`${text}: not a pod; write it as POD.NAMESPACE, or name its namespace with -n`);
}
