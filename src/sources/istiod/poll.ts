import pLimit from 'p-limit';
import type { IstiodAnswer } from '../../model/control-plane.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { Clock, SourceLog } from '../source.ts';
import type { Access, Asked, Question } from './access.ts';
import { reasonOf } from './ask.ts';
import type { IstiodTarget } from './discover.ts';
import { logPollChange } from './poll-log.ts';
import { readToken } from './token.ts';

/** Bounds and means of a poll. */
export interface PollOptions {
  readonly access: Access;
  readonly clock: Clock;
  readonly log: SourceLog;
  readonly tokenFile: string | undefined;
  /** Istiods asked at the same time. */
  readonly concurrency: number;
}

/** Asks istiods, and remembers of each the last good answer. */
export interface Poller {
  /** Asks all of them once. An istiod that is no longer among the targets is forgotten. @returns in their order */
  poll(targets: readonly IstiodTarget[], signal: AbortSignal): Promise<readonly IstiodAnswer[]>;
}

interface Memory {
  readonly identity: string;
  readonly answer: IstiodAnswer;
  /** Polls until the version is asked again. */
  readonly versionAgeLeft: number;
}

/** A fixed URL may get another istiod behind it without our seeing it, so even a known version is asked again. */
const VERSION_POLLS = 30;

export function createPoller(options: PollOptions): Poller {
  const limit = pLimit(options.concurrency);
  let memories: ReadonlyMap<string, Memory> = new Map();
  return {
    async poll(targets, signal) {
      const token = await readTokenOrReason(options.tokenFile);
      const next = await Promise.all(
        targets.map((target) => limit(() => pollOne(target, memories.get(target.istiod.name), token, signal))),
      );
      signal.throwIfAborted();
      for (const name of memories.keys()) {
        if (!targets.some(({ istiod }) => istiod.name === name)) options.log.info({ istiod: name }, 'istiod is gone');
      }
      options.access.keep(targets);
      memories = new Map(next.map((memory) => [memory.answer.istiod.name, memory]));
      return next.map((memory) => memory.answer);
    },
  };

  async function pollOne(
    target: IstiodTarget,
    known: Memory | undefined,
    token: TokenOrReason,
    signal: AbortSignal,
  ): Promise<Memory> {
    const { access, clock } = options;
    const question: Question = { target, token: token.token, signal };
    const before = known?.identity === target.identity ? known : undefined;
    const asked =
      token.error === undefined ? await access.ask(question) : { access: access.kind(target), error: token.error };
    const { version, versionAgeLeft } = await versionOf(access, question, before, 'answer' in asked);
    const answer = answerFrom({ target, known, asked, version, clock });
    logPollChange(options.log, known?.answer, answer);
    return { identity: target.identity, answer, versionAgeLeft };
  }
}

/** The version known, or asked now where it is not known or old. An istiod that does not answer is not asked. */
async function versionOf(
  access: Access,
  question: Question,
  before: Memory | undefined,
  answers: boolean,
): Promise<{ readonly version: string | undefined; readonly versionAgeLeft: number }> {
  const known = before?.answer.version;
  const left = (before?.versionAgeLeft ?? 0) - 1;
  if (left >= 0 || !answers) return { version: known, versionAgeLeft: left };
  return { version: (await access.version(question)) ?? known, versionAgeLeft: VERSION_POLLS };
}

type TokenOrReason =
  | { readonly token: string | undefined; readonly error?: undefined }
  | { readonly token?: undefined; readonly error: SourceError };

async function readTokenOrReason(file: string | undefined): Promise<TokenOrReason> {
  try {
    return { token: await readToken(file) };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

interface Outcome {
  readonly target: IstiodTarget;
  readonly known: Memory | undefined;
  readonly asked: Asked;
  readonly version: string | undefined;
  readonly clock: Clock;
}

/** A failed poll keeps what the istiod last said: its proxies are then unknown, not gone. */
function answerFrom({ target, known, asked, version, clock }: Outcome): IstiodAnswer {
  const polledAt = clock.now();
  const base = {
    istiod: target.istiod,
    access: asked.access,
    polledAt,
    ...(asked.httpError === undefined ? {} : { httpError: asked.httpError }),
    ...(version === undefined ? {} : { version }),
  } as const;
  if ('answer' in asked) {
    const { proxies, skippedRows } = asked.answer;
    return { ...base, answeredAt: polledAt, proxies, ...(skippedRows === 0 ? {} : { skippedRows }) };
  }
  const last = known?.answer;
  return {
    ...base,
    error: asked.error,
    proxies: last?.proxies ?? [],
    ...(last?.answeredAt === undefined ? {} : { answeredAt: last.answeredAt }),
    ...(last?.skippedRows === undefined ? {} : { skippedRows: last.skippedRows }),
  };
}
