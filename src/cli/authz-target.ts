import type { AuthorizationQuestion } from '../model/authorization-question.ts';
import { podOwnerOf } from '../model/pod-owner.ts';
import { UserError } from './io.ts';

type Target = Pick<AuthorizationQuestion, 'namespace' | 'name' | 'of'>;

const SERVICE_WORDS: readonly string[] = ['svc', 'service', 'services'];

/**
 * Who is called: `NAME.NAMESPACE`, with kubectl's words before a slash, or a service as `NAMESPACE/NAME`.
 * @throws UserError where it is none of them
 */
export function readTarget(target: string, namespace: string | undefined): Target {
  const slash = target.indexOf('/');
  if (slash < 0) return plainTarget(target, namespace);
  const [word, rest] = [target.slice(0, slash), target.slice(slash + 1)];
  const isService = SERVICE_WORDS.includes(word.toLowerCase());
  if (isService || podOwnerOf(word) !== undefined) {
    return { ...plainTarget(rest, namespace), ...(isService && { of: 'service' as const }) };
  }
  if (word === '' || rest === '' || rest.includes('/') || (namespace ?? word) !== word) {
    throw new UserError(`${target}: write it as NAME.NAMESPACE, or a service as NAMESPACE/NAME`);
  }
  return { namespace: word, name: rest, of: 'service' };
}

/** A pod's name may hold dots, a namespace's may not. */
function plainTarget(target: string, namespace: string | undefined): Target {
  if (namespace === undefined) return podAndNamespace('the first argument', target);
  const ending = `.${namespace}`;
  return { namespace, name: target.endsWith(ending) ? target.slice(0, -ending.length) : target };
}

/** @param what it is, for the message; @throws UserError */
export function podAndNamespace(what: string, text: string): { readonly namespace: string; readonly name: string } {
  const dot = text.lastIndexOf('.');
  if (dot < 1 || dot === text.length - 1) throw new UserError(`${what} ${text}: write it as NAME.NAMESPACE`);
  return { name: text.slice(0, dot), namespace: text.slice(dot + 1) };
}
