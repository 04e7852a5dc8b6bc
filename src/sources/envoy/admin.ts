import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { EnvoyLogger } from '../../model/envoy-loggers.ts';
import type { PodAnswer, PodPort, PortForward } from '../pod-port.ts';
import { type AdminRequest, type EnvoyPart, onlyAsked, requestsFor } from './admin-requests.ts';
import { EnvoyAnswerError } from './envoy-answer-error.ts';
import { readEnvoyAnswer } from './read-answer.ts';

export interface EnvoyAdminOptions {
  readonly portForward: PortForward;
  /** For each request. Default 30 s. */
  readonly deadlineMs?: number;
  /** Longest answer taken. Default 128 MiB: a mesh of 10,000 services makes dumps of some 50 MiB. */
  readonly limitBytes?: number;
}

/** The pod whose Envoy is asked. */
export interface EnvoyPod {
  readonly namespace: string;
  readonly pod: string;
}

/**
 * The admin port of Envoys. It asks for no login, and listens on the pod's loopback address alone.
 *
 * Errors have the bounded reason in their `reason`: the port forward's where it is not reached, EnvoyAnswerError where
 * its answer is none.
 */
export interface EnvoyAdmin {
  /** Answers as they came, for who reads them elsewhere (`readAdminAnswers`): of each of the parts, and perhaps of more. */
  fetch(pod: EnvoyPod, parts: readonly EnvoyPart[], signal: AbortSignal): Promise<readonly AdminAnswer[]>;
  /** The parts asked for, and no others, in as few and as short requests as Envoy knows to answer. */
  read(pod: EnvoyPod, parts: readonly EnvoyPart[], signal: AbortSignal): Promise<EnvoyDump>;
  /**
   * Sets the levels of single loggers, all of them or, where Envoy does not know one, none.
   * @returns every logger as it is afterwards
   */
  setLevels(pod: EnvoyPod, loggers: readonly EnvoyLogger[], signal: AbortSignal): Promise<readonly EnvoyLogger[]>;
}

/** One answer, as it came. */
export interface AdminAnswer {
  /** What was asked. */
  readonly path: string;
  readonly chunks: readonly Uint8Array[];
}

/** Where Istio's bootstrap has Envoy listen (Istio, pkg/bootstrap: `proxyAdminPort`). */
const ADMIN_PORT = 15_000;
const DEADLINE_MS = 30_000;
const LIMIT_BYTES = 128 << 20;
/** Envoy says in a few lines why it refuses. */
const MAX_WORDS = 200;

export function createEnvoyAdmin(options: EnvoyAdminOptions): EnvoyAdmin {
  const { portForward, deadlineMs = DEADLINE_MS, limitBytes = LIMIT_BYTES } = options;

  async function ask(pod: EnvoyPod, request: AdminRequest, signal: AbortSignal): Promise<AdminAnswer> {
    const { method, path, otherwise } = request;
    const to: PodPort = { namespace: pod.namespace, pod: pod.pod, port: ADMIN_PORT };
    const answer = await portForward.ask(to, { method, path, deadlineMs, limitBytes }, signal);
    if (answer.status === 400 && otherwise !== undefined) return ask(pod, { method, path: otherwise }, signal);
    if (answer.status !== 200) throw refused(pod, path, answer);
    return { path, chunks: answer.chunks };
  }

  async function fetch(pod: EnvoyPod, parts: readonly EnvoyPart[], signal: AbortSignal): Promise<AdminAnswer[]> {
    const answers: AdminAnswer[] = [];
    // One after the other: an Envoy answers its admin port on its main thread, which also takes in new configuration.
    for (const request of requestsFor(parts)) answers.push(await ask(pod, request, signal));
    return answers;
  }

  return {
    fetch,
    async read(pod, parts, signal) {
      return onlyAsked(await readAdminAnswers(pod, await fetch(pod, parts, signal), limitBytes), parts);
    },
    async setLevels(pod, loggers, signal) {
      const [first, ...more] = loggers.map(
        ({ name, level }) => [name, level].map(encodeURIComponent) as [string, string],
      );
      if (first === undefined) return [];
      const query =
        more.length === 0 ? first.join('=') : `paths=${[first, ...more].map((each) => each.join(':')).join(',')}`;
      const answer = await ask(pod, { method: 'POST', path: `/logging?${query}` }, signal);
      const { loggers: after } = await readAdminAnswers(pod, [answer], limitBytes);
      if (after === undefined) throw named(notLoggers(), pod, '/logging');
      return after;
    },
  };
}

/** What answers of one Envoy tell together. @throws EnvoyAnswerError, with whose answer to what it was */
export async function readAdminAnswers(
  pod: EnvoyPod,
  answers: readonly AdminAnswer[],
  limitBytes: number,
): Promise<EnvoyDump> {
  let dump: EnvoyDump = {};
  for (const { path, chunks } of answers) {
    const read = await readEnvoyAnswer(chunks, limitBytes).catch((error: unknown) => {
      throw error instanceof EnvoyAnswerError ? named(error, pod, path) : error;
    });
    dump = merged(dump, read);
  }
  return dump;
}

/** Sections of one config may come in several answers. */
function merged(one: EnvoyDump, other: EnvoyDump): EnvoyDump {
  if (one.config === undefined || other.config === undefined) return { ...one, ...other };
  const rejections = [...one.config.rejections, ...other.config.rejections];
  const problems = [...one.config.problems, ...other.config.problems];
  return { ...one, ...other, config: { ...one.config, ...other.config, rejections, problems } };
}

function refused({ namespace, pod }: EnvoyPod, path: string, { status, chunks }: PodAnswer): EnvoyAnswerError {
  const [line = ''] = Buffer.concat(chunks)
    .subarray(0, 4 * MAX_WORDS)
    .toString('utf8')
    .split('\n');
  const words = line
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS);
  const detail = `the Envoy of ${pod}.${namespace} answers ${status} to ${path}${words === '' ? '' : `: ${words}`}`;
  return new EnvoyAnswerError(status === 404 ? { code: 'not_found', detail } : { code: 'invalid', detail });
}

function notLoggers(): EnvoyAnswerError {
  return new EnvoyAnswerError({ code: 'invalid', detail: 'not a list of loggers' });
}

function named({ reason }: EnvoyAnswerError, { namespace, pod }: EnvoyPod, path: string): EnvoyAnswerError {
  return new EnvoyAnswerError({ ...reason, detail: `${path} of the Envoy of ${pod}.${namespace}: ${reason.detail}` });
}
